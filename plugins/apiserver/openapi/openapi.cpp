#include "openapi/openapi.h"

#include <algorithm>

#include "discovery/discovery.h"
#include "openapi/json_out.h"
#include "openapi/operations.h"
#include "openapi/schemas.h"

namespace kubus::apiserver {
namespace {

constexpr std::string_view kSecurityScheme =
    R"({"BearerToken":{"type":"apiKey","description":"Bearer Token authentication",)"
    R"("name":"authorization","in":"header"}})";

void write_info(JsonOut& out, std::string_view version) {
  out.key("info").open().field("title", "Kubernetes").field("version", version).close();
}

// The hash of a document is its entity tag without the quotes.
std::string hash_of(std::string_view document) {
  const std::string tag = entity_tag(document);
  return tag.substr(1, tag.size() - 2);
}

}  // namespace

OpenApi::OpenApi(std::string version) : OpenApi(stable_resources(), std::move(version)) {}

OpenApi::OpenApi(std::vector<const ResourceInfo*> resources, std::string version,
                 std::vector<DescribedKind> described)
    : described_(std::move(described)), version_(std::move(version)) {
  for (const DescribedKind& kind : described_) {
    part_of(*kind.resource).described.push_back(&kind);
    std::erase(resources, kind.resource);
  }
  for (auto& about : all_about(resources)) part_at(about.page).about = std::move(about);
  for (const ResourceInfo* resource : resources) {
    if (resource->message != nullptr) part_of(*resource).resources.push_back(resource);
  }
  std::sort(parts_.begin(), parts_.end(),
            [](const Part& a, const Part& b) { return a.path < b.path; });
}

OpenApi::Part& OpenApi::part_of(const ResourceInfo& resource) {
  const std::string path = resource.group.empty()
                               ? "api/" + resource.version
                               : "apis/" + resource.group + "/" + resource.version;
  return part_at(path);
}

OpenApi::Part& OpenApi::part_at(const std::string& path) {
  const auto found = std::find_if(parts_.begin(), parts_.end(),
                                  [&](const Part& part) { return part.path == path; });
  if (found != parts_.end()) return *found;
  Part& part = parts_.emplace_back();
  part.path = path;
  return part;
}

void OpenApi::add_types(SchemaSet& types, const Part& part, OpenApiVersion version) {
  if (part.about) add_about_types(types, *part.about);
  if (part.resources.empty() && part.described.empty()) return;
  add_common_types(types);
  for (const ResourceInfo* resource : part.resources) apiserver::add_types(types, *resource);
  for (const DescribedKind* kind : part.described) add_described(types, *kind, version);
}

void OpenApi::write_paths(JsonOut& out, const Part& part, OpenApiVersion version) {
  if (part.about) write_about(out, *part.about, version);
  for (const ResourceInfo* resource : part.resources) {
    apiserver::write_paths(out, *resource, schema_names(*resource), version);
  }
  for (const DescribedKind* kind : part.described) {
    apiserver::write_paths(out, *kind->resource, described_names(*kind), version);
  }
}

std::string OpenApi::write(const Part& part) const {
  std::string text;
  JsonOut out(text);
  SchemaSet types;
  add_types(types, part, OpenApiVersion::kV3);

  out.open().field("openapi", "3.0.0");
  write_info(out, version_);
  out.key("paths").open();
  write_paths(out, part, OpenApiVersion::kV3);
  out.close().key("components").open().key("schemas").open();
  types.write(out, OpenApiVersion::kV3);
  out.close().raw_field("securitySchemes", kSecurityScheme).close().close();
  return text;
}

std::string OpenApi::index(const Pages& others) const {
  auto pages = others;
  {
    std::lock_guard lock(mutex_);
    if (pages_.empty())
      for (const Part& part : parts_)
        pages_[part.path] = "/openapi/v3/" + part.path + "?hash=" + hash_of(write(part));
    pages.insert(pages_.begin(), pages_.end());
  }
  std::string text;
  JsonOut out(text);
  out.open().key("paths").open();
  for (const auto& [path, url] : pages) {
    out.key(path).open();
    out.field("serverRelativeURL", url);
    out.close();
  }
  out.close().close();
  return text;
}

std::optional<std::string> OpenApi::document(std::string_view path) const {
  for (const Part& part : parts_) {
    if (part.path == path) return write(part);
  }
  return std::nullopt;
}

std::string OpenApi::document_v2() const {
  std::string text;
  JsonOut out(text);
  SchemaSet types;
  out.open().field("swagger", "2.0");
  write_info(out, version_);
  out.key("paths").open();
  for (const Part& part : parts_) {
    add_types(types, part, OpenApiVersion::kV2);
    write_paths(out, part, OpenApiVersion::kV2);
  }
  out.close().key("definitions").open();
  types.write(out, OpenApiVersion::kV2);
  out.close().raw_field("securityDefinitions", kSecurityScheme);
  out.raw_field("security", R"([{"BearerToken":[]}])").close();
  return text;
}

}  // namespace kubus::apiserver
