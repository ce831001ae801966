#include "discovery/discovery.h"

#include <algorithm>
#include <tuple>

#include "kubus/api/json.h"

namespace kubus::apiserver {
namespace {

constexpr std::string_view kJson = "application/json";

void append_text(std::string& out, std::string_view name, std::string_view value) {
  append_json_string(name, out);
  out += ':';
  append_json_string(value, out);
}

void append_texts(std::string& out, std::string_view name, const std::vector<std::string>& values) {
  append_json_string(name, out);
  out += ":[";
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ',';
    append_json_string(values[i], out);
  }
  out += ']';
}

void append_optional_texts(std::string& out, std::string_view name,
                           const std::vector<std::string>& values) {
  if (values.empty()) return;
  out += ',';
  append_texts(out, name, values);
}

void append_resource(std::string& out, const ResourceInfo& resource, const StorageHashes& hashes) {
  out += '{';
  append_text(out, "name", resource.plural);
  out += ',';
  append_text(out, "singularName", resource.singular);
  out += resource.namespaced ? ",\"namespaced\":true," : ",\"namespaced\":false,";
  append_text(out, "kind", resource.kind);
  out += ',';
  append_texts(out, "verbs", resource.verbs);
  append_optional_texts(out, "shortNames", resource.short_names);
  append_optional_texts(out, "categories", resource.categories);
  if (const auto hash = hashes.find(resource.group_resource()); hash != hashes.end()) {
    out += ',';
    append_text(out, "storageVersionHash", hash->second);
  }
  out += '}';
}

void append_subresource(std::string& out, const ResourceInfo& resource,
                        const SubresourceInfo& subresource) {
  out += '{';
  append_text(out, "name", resource.plural + "/" + subresource.name);
  out += R"(,"singularName":"")";
  out += resource.namespaced ? ",\"namespaced\":true," : ",\"namespaced\":false,";
  if (subresource.group != resource.group || subresource.version != resource.version) {
    if (!subresource.group.empty()) {
      append_text(out, "group", subresource.group);
      out += ',';
    }
    append_text(out, "version", subresource.version);
    out += ',';
  }
  append_text(out, "kind", subresource.kind);
  out += ',';
  append_texts(out, "verbs", subresource.verbs);
  out += '}';
}

void append_kind(std::string& out, std::string_view group, std::string_view version,
                 std::string_view kind) {
  out += "\"responseKind\":{";
  append_text(out, "group", group);
  out += ',';
  append_text(out, "version", version);
  out += ',';
  append_text(out, "kind", kind);
  out += '}';
}

void append_aggregated_resource(std::string& out, const ResourceInfo& resource) {
  out += '{';
  append_text(out, "resource", resource.plural);
  out += ',';
  append_kind(out, resource.group, resource.version, resource.kind);
  out += resource.namespaced ? R"(,"scope":"Namespaced",)" : R"(,"scope":"Cluster",)";
  append_text(out, "singularResource", resource.singular);
  out += ',';
  append_texts(out, "verbs", resource.verbs);
  append_optional_texts(out, "shortNames", resource.short_names);
  append_optional_texts(out, "categories", resource.categories);
  if (!resource.subresources.empty()) {
    out += ",\"subresources\":[";
    for (const SubresourceInfo& subresource : resource.subresources) {
      if (out.back() != '[') out += ',';
      out += '{';
      append_text(out, "subresource", subresource.name);
      out += ',';
      append_kind(out, subresource.group, subresource.version, subresource.kind);
      out += ',';
      append_texts(out, "verbs", subresource.verbs);
      out += '}';
    }
    out += ']';
  }
  out += '}';
}

DiscoveryDocument document(std::string body, std::string content_type = std::string(kJson)) {
  DiscoveryDocument out;
  body.push_back('\n');
  out.etag = entity_tag(body);
  out.body = std::move(body);
  out.content_type = std::move(content_type);
  return out;
}

std::uint64_t fnv(std::string_view text, std::uint64_t hash) {
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

}  // namespace

std::string entity_tag(std::string_view body) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out = "\"";
  // Two starting values make one tag of 128 bits.
  for (std::uint64_t seed : {0xcbf29ce484222325U, 0x84222325cbf29ce4U}) {
    const std::uint64_t hash = fnv(body, seed);
    for (int shift = 60; shift >= 0; shift -= 4) out += kHex[(hash >> shift) & 15];
  }
  return out + '"';
}

bool names_tag(std::string_view list, std::string_view tag) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    std::string_view one = list.substr(0, comma);
    while (one.starts_with(' ') || one.starts_with('\t')) one.remove_prefix(1);
    while (one.ends_with(' ') || one.ends_with('\t')) one.remove_suffix(1);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == "*" || one == tag) return true;
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return false;
}

DiscoveryForm discovery_form(std::string_view accept) {
  for (;;) {
    const std::size_t comma = accept.find(',');
    const std::string_view range = accept.substr(0, comma);
    const auto has = [&](std::string_view part) {
      return range.find(part) != std::string_view::npos;
    };
    const bool list = has("as=APIGroupDiscoveryList") && has("g=apidiscovery.k8s.io") && has(kJson);
    if (list && has("v=v2beta1")) return DiscoveryForm::kAggregatedV2Beta1;
    if (list && has("v=v2")) return DiscoveryForm::kAggregatedV2;
    if (!list && !has("as=") && (has(kJson) || has("*/*"))) return DiscoveryForm::kLegacy;
    if (comma == std::string_view::npos) return DiscoveryForm::kLegacy;
    accept.remove_prefix(comma + 1);
  }
}

std::vector<const ResourceInfo*> stable_resources() {
  std::vector<const ResourceInfo*> out;
  for (const ResourceInfo& resource : all_resources()) {
    const bool stable = resource.version.find("alpha") == std::string::npos &&
                        resource.version.find("beta") == std::string::npos;
    if (stable) out.push_back(&resource);
  }
  return out;
}

Discovery::Discovery(std::string server_address)
    : Discovery(stable_resources(), std::move(server_address)) {}

Discovery::Discovery(std::vector<const ResourceInfo*> resources, std::string server_address,
                     const ServedVersions& versions, StorageHashes hashes)
    : server_address_(std::move(server_address)), hashes_(std::move(hashes)) {
  for (const ResourceInfo* resource : resources)
    place(resource->group, resource->version).resources.push_back(resource);
  for (const auto& one : versions) {
    const Group* known = find(one.group);
    const bool served = known && std::any_of(known->versions.begin(), known->versions.end(),
                                             [&](const auto& v) { return v.name == one.version; });
    if (!served && !one.remote) continue;
    auto& version = place(one.group, one.version);
    version.rank = one.rank;
    version.current = one.current;
  }
  sort();
}

Discovery::Version& Discovery::place(const std::string& group, const std::string& version) {
  auto home = std::find_if(groups_.begin(), groups_.end(),
                           [&](const Group& item) { return item.name == group; });
  if (home == groups_.end()) {
    groups_.emplace_back().name = group;
    home = std::prev(groups_.end());
  }
  const auto found = std::find_if(home->versions.begin(), home->versions.end(),
                                  [&](const Version& item) { return item.name == version; });
  if (found != home->versions.end()) return *found;
  auto& added = home->versions.emplace_back();
  added.name = version;
  added.rank = default_rank(group, version);
  return added;
}

// By the best that any version of a group has. Groups of equal rank stand by their names, but
// where APIServices are listed, by the names of these, which begin with the version.
void Discovery::sort() {
  for (Group& group : groups_) {
    std::sort(group.versions.begin(), group.versions.end(), [](const Version& a, const Version& b) {
      if (a.rank.version != b.rank.version) return a.rank.version > b.rank.version;
      return is_preferred_version(a.name, b.name);
    });
    for (const Version& version : group.versions)
      group.rank = std::max(group.rank, version.rank.group);
    for (const Version& version : group.versions) {
      auto service = version.name + "." + group.name;
      if (version.rank.group == group.rank && (group.service.empty() || service < group.service))
        group.service = std::move(service);
    }
  }
  std::sort(groups_.begin(), groups_.end(), [](const Group& a, const Group& b) {
    return std::tie(b.rank, a.name) < std::tie(a.rank, b.name);
  });
  for (const Group& group : groups_) legacy_.push_back(&group);
  std::sort(legacy_.begin(), legacy_.end(), [](const Group* a, const Group* b) {
    return std::tie(b->rank, a->service) < std::tie(a->rank, b->service);
  });
}

const Discovery::Group* Discovery::find(std::string_view name) const {
  for (const Group& group : groups_) {
    if (group.name == name) return &group;
  }
  return nullptr;
}

std::string Discovery::version_json(const Group& group, const Version& version) {
  std::string out = "{";
  append_text(out, "groupVersion", group.name + "/" + version.name);
  out += ',';
  append_text(out, "version", version.name);
  return out += '}';
}

// The members of an APIGroup but kind and apiVersion.
void Discovery::append_group(std::string& out, const Group& group) {
  append_text(out, "name", group.name);
  out += ",\"versions\":[";
  for (const Version& version : group.versions) {
    if (out.back() != '[') out += ',';
    out += version_json(group, version);
  }
  out.append("],\"preferredVersion\":").append(version_json(group, group.versions.front()));
}

void Discovery::append_aggregated(std::string& out, const Group& group) {
  out += "{\"metadata\":{";
  if (!group.name.empty()) {
    append_text(out, "name", group.name);
    out += ',';
  }
  out += "\"creationTimestamp\":null},\"versions\":[";
  for (const Version& version : group.versions) {
    if (out.back() != '[') out += ',';
    out += '{';
    append_text(out, "version", version.name);
    for (const ResourceInfo* resource : version.resources) {
      out += resource == version.resources.front() ? ",\"resources\":[" : ",";
      append_aggregated_resource(out, *resource);
    }
    if (!version.resources.empty()) out += ']';
    out += version.current ? R"(,"freshness":"Current"})" : R"(,"freshness":"Stale"})";
  }
  out += "]}";
}

DiscoveryDocument Discovery::aggregated(DiscoveryForm form, bool core) const {
  const std::string version = form == DiscoveryForm::kAggregatedV2 ? "v2" : "v2beta1";
  std::string out = R"({"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/)" +
                    version + R"(","metadata":{},"items":[)";
  for (const Group& group : groups_) {
    if (group.name.empty() != core) continue;
    if (out.back() != '[') out += ',';
    append_aggregated(out, group);
  }
  return document(out += "]}", "application/json;g=apidiscovery.k8s.io;v=" + version +
                                   ";as=APIGroupDiscoveryList");
}

DiscoveryDocument Discovery::core(DiscoveryForm form) const {
  if (form != DiscoveryForm::kLegacy) return aggregated(form, true);
  std::string out = R"({"kind":"APIVersions","versions":[)";
  if (const Group* group = find("")) {
    for (const Version& version : group->versions) {
      if (out.back() != '[') out += ',';
      append_json_string(version.name, out);
    }
  }
  out += R"(],"serverAddressByClientCIDRs":[{"clientCIDR":"0.0.0.0/0",)";
  append_text(out, "serverAddress", server_address_);
  return document(out += "}]}");
}

DiscoveryDocument Discovery::groups(DiscoveryForm form) const {
  if (form != DiscoveryForm::kLegacy) return aggregated(form, false);
  std::string out = R"({"kind":"APIGroupList","apiVersion":"v1","groups":[)";
  for (const Group* group : legacy_) {
    if (group->name.empty()) continue;
    if (out.back() != '[') out += ',';
    out += '{';
    append_group(out, *group);
    out += '}';
  }
  return document(out += "]}");
}

std::optional<DiscoveryDocument> Discovery::group(std::string_view name) const {
  const Group* group = name.empty() ? nullptr : find(name);
  if (group == nullptr) return std::nullopt;
  std::string out = R"({"kind":"APIGroup","apiVersion":"v1",)";
  append_group(out, *group);
  return document(out += '}');
}

std::optional<DiscoveryDocument> Discovery::resources(std::string_view group_name,
                                                      std::string_view version_name) const {
  const Group* group = find(group_name);
  if (group == nullptr) return std::nullopt;
  for (const Version& version : group->versions) {
    if (version.name != version_name) continue;
    std::string out = R"({"kind":"APIResourceList","apiVersion":"v1",)";
    append_text(out, "groupVersion",
                group->name.empty() ? version.name : group->name + "/" + version.name);
    out += ",\"resources\":[";
    for (const ResourceInfo* resource : version.resources) {
      if (out.back() != '[') out += ',';
      append_resource(out, *resource, hashes_);
      for (const SubresourceInfo& subresource : resource->subresources) {
        out += ',';
        append_subresource(out, *resource, subresource);
      }
    }
    return document(out += "]}");
  }
  return std::nullopt;
}

}  // namespace kubus::apiserver
