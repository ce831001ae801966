#include "custom/catalog.h"

#include <openssl/sha.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "cache/json_scan.h"
#include "kubus/api/base64.h"
#include "kubus/api/json_value.h"
#include "versions/version.h"

namespace kubus::apiserver {
namespace {

std::string path_of(std::string_view group, std::string_view version, std::string_view plural) {
  std::string path(group);
  return path.append("/").append(version).append("/").append(plural);
}

// As the reference makes it.
std::string storage_hash(const ResourceInfo& stored) {
  const auto name = path_of(stored.group, stored.version, stored.kind);
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(name.data()), name.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return encode_base64(std::string_view(digest).substr(0, 8));
}

// What can be watched is stored; reviews, bindings and the like are not.
StorageHashes hashes_of(const std::vector<const ResourceInfo*>& built_in) {
  StorageHashes out;
  for (const auto* kind : built_in) {
    if (!kind->has_verb("watch")) continue;
    const auto* version = version_of(*kind);
    out.try_emplace(kind->group_resource(), storage_hash(version ? *version->stored : *kind));
  }
  return out;
}

bool same_part(const Object& a, const Object& b, std::string_view path) {
  return json_at(a.json().view(), path) == json_at(b.json().view(), path);
}

}  // namespace

bool ServedKinds::has_built_in(std::string_view group, std::string_view version) const {
  return std::any_of(built_in.begin(), built_in.end(), [&](const ResourceInfo* kind) {
    return kind->group == group && kind->version == version;
  });
}

bool ServedKinds::is_built_in(std::string_view path) const {
  if (path.starts_with("/api/")) return true;
  constexpr std::string_view kGroups = "/apis/";
  if (!path.starts_with(kGroups)) return false;
  path.remove_prefix(kGroups.size());
  path = path.substr(0, path.find('/'));
  return !path.empty() &&
         std::any_of(built_in.begin(), built_in.end(),
                     [&](const ResourceInfo* kind) { return kind->group == path; });
}

const Discovery& ServedKinds::discovery() const {
  std::call_once(discovery_once_, [this] {
    auto resources = built_in;
    auto hashes = hashes_of(built_in);
    for (const auto& [path, one] : custom) {
      const ResourceInfo* shown = &one.kind();
      hashes.try_emplace(shown->group_resource(), storage_hash(one.kind().family().stored()));
      if (one.terminating) {
        auto& ending = terminating_.emplace_back(*shown);
        ending.verbs = {"delete", "deletecollection", "get", "list", "watch"};
        shown = &ending;
      }
      resources.push_back(shown);
    }
    // What another server answers for has its resources, and not ours.
    for (std::size_t i = 0; i < services.versions.size(); ++i) {
      const auto& version = services.versions[i];
      if (!version.remote) continue;
      std::erase_if(resources, [&](const ResourceInfo* resource) {
        return resource->group == version.group && resource->version == version.version;
      });
      if (!services.kinds[i]) continue;
      for (const auto& kind : *services.kinds[i]) resources.push_back(&kind);
    }
    discovery_ = std::make_unique<Discovery>(std::move(resources), server_address,
                                             services.versions, std::move(hashes));
  });
  return *discovery_;
}

const OpenApi& ServedKinds::openapi() const {
  std::call_once(openapi_->once, [this] {
    // A kind that goes away is not described any more.
    std::vector<DescribedKind> described;
    for (const auto& [path, one] : custom) {
      const auto* kind = &one.kind();
      if (!one.terminating)
        described.push_back({kind, kind->openapi_name(), kind->list_kind(),
                             [kind] { return kind->schema_json(); }});
    }
    openapi_->made = std::make_unique<OpenApi>(built_in, version, std::move(described));
  });
  return *openapi_->made;
}

KindCatalog::KindCatalog(ClusterCache& cache, Converter& converter,
                         std::vector<const ResourceInfo*> built_in, std::string server_address,
                         std::string version)
    : cache_(cache),
      converter_(converter),
      source_(*cache.find("apiextensions.k8s.io", "customresourcedefinitions")),
      built_in_(std::move(built_in)),
      server_address_(std::move(server_address)),
      version_(std::move(version)) {
  publish();
}

void KindCatalog::fill(Definition& definition, const boost::json::object& tree,
                       const ResourceCache* from) {
  definition.served.clear();
  const auto serve = [&](std::shared_ptr<ResourceCache> cache,
                         std::shared_ptr<const CustomKind> kind) {
    if (!kind->served()) return;
    definition.served.push_back(
        std::make_shared<const ServedKind>(ServedKind{std::move(cache), std::move(kind)}));
  };
  if (const auto conversion = Conversion::of(definition.object->json(), tree, converter_)) {
    const auto kinds = conversion->kinds();
    definition.caches = {cache_.add(kinds.front(), from)};
    for (const auto& kind : kinds) serve(definition.caches.front(), kind);
    return;
  }
  // From the one that is stored the others are filled.
  const auto family =
      std::make_shared<const KindFamily>(definition.object->json(), tree, nullptr);
  for (auto& kind : family->kinds(family)) {
    auto cache = cache_.add(kind, from);
    if (definition.caches.empty()) from = cache.get();
    definition.caches.push_back(cache);
    serve(std::move(cache), std::move(kind));
  }
}

void KindCatalog::drop(Definition& definition) {
  definition.served.clear();
  for (const auto& cache : std::exchange(definition.caches, {})) {
    cache_.remove(*cache);
    cache->end_watches({});
  }
}

bool KindCatalog::refresh(Definition& definition, const ObjectPtr& object) {
  const auto before = std::exchange(definition.object, object);
  const auto old = definition.facts;
  boost::json::value tree;
  if (!parse_json(object->json().view(), tree).ok() || !tree.is_object()) return false;
  definition.facts = DefinitionFacts::of(tree.get_object());
  const auto& facts = definition.facts;
  if (!facts.established) return false;
  const bool same_kinds = before && old.established && same_part(*before, *object, "spec") &&
                          same_part(*before, *object, "status.acceptedNames");
  if (same_kinds) return old.deleting != facts.deleting;
  const auto previous = std::exchange(definition.caches, {});
  fill(definition, tree.get_object(), previous.empty() ? nullptr : previous.front().get());
  for (const auto& cache : previous) {
    cache_.remove(*cache);
    cache->end_watches({});
  }
  return true;
}

void KindCatalog::settle() {
  if (source_.revision() == seen_) return;
  seen_ = source_.revision();
  std::set<std::string, std::less<>> present;
  std::vector<ObjectPtr> changed;
  source_.for_each([&](const ObjectPtr& object) {
    present.emplace(object->name());
    const auto known = definitions_.find(object->name());
    if (known == definitions_.end() || known->second.object != object) changed.push_back(object);
  });
  bool anew = false;
  for (auto at = definitions_.begin(); at != definitions_.end();) {
    const bool gone = !present.contains(at->first);
    if (gone) {
      anew |= !at->second.caches.empty();
      drop(at->second);
    }
    at = gone ? definitions_.erase(at) : std::next(at);
  }
  for (const auto& object : changed)
    anew |= refresh(definitions_[std::string(object->name())], object);
  if (anew) publish();
  if (changed_) changed_();
}

void KindCatalog::set_services(ServiceFacts services) {
  if (services == services_) return;
  services_ = std::move(services);
  auto next = collect();
  next->openapi_ = served()->openapi_;
  std::atomic_store(&served_, std::shared_ptr<const ServedKinds>(std::move(next)));
}

std::shared_ptr<ServedKinds> KindCatalog::collect() const {
  auto served = std::make_shared<ServedKinds>();
  served->built_in = built_in_;
  served->services = services_;
  served->server_address = server_address_;
  served->version = version_;
  for (const auto& [name, definition] : definitions_)
    for (const auto& one : definition.served)
      served->custom[path_of(one->kind->group, one->kind->version, one->kind->plural)] = {
          one, definition.facts.deleting};
  return served;
}

void KindCatalog::publish() {
  std::atomic_store(&served_, std::shared_ptr<const ServedKinds>(collect()));
}

ServedKindPtr KindCatalog::find(std::string_view group, std::string_view version,
                                std::string_view plural) const {
  const auto now = served();
  const auto found = now->custom.find(path_of(group, version, plural));
  return found == now->custom.end() ? nullptr : found->second.served;
}

bool KindCatalog::is_terminating(const ResourceInfo& kind) const {
  const auto now = served();
  const auto found = now->custom.find(path_of(kind.group, kind.version, kind.plural));
  return found == now->custom.end() || found->second.terminating;
}

}  // namespace kubus::apiserver
