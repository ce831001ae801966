#include "registry/call.h"

#include "cache/cluster_cache.h"
#include "cache/storage_key.h"
#include "versions/version.h"

namespace kubus::apiserver {

std::string Call::key() const { return object_key(*resource, info.ns, info.name); }

Status Call::still_wanted() const {
  if (!http::has_left(asker)) return {};
  return Status(Code::kTimeout,
                "Timeout: request did not complete within requested timeout - context canceled");
}

std::string Call::manager() const {
  const auto named = query.get("fieldManager");
  return named.empty() ? program : std::string(named);
}

const ResourceInfo& Call::seen_resource() const { return version ? *version->served : *resource; }

Subject Call::subject(std::string_view name) const {
  return {resource->group, resource->plural, std::string(name)};
}

Subject Call::kind_subject(std::string_view name) const {
  return {resource->group, resource->kind, std::string(name)};
}

CallPtr own_call(ClusterCache& cache, const ResourceInfo& resource, std::string ns,
                 std::string name, std::string verb) {
  auto call = std::make_shared<Call>();
  auto& info = call->info;
  info.is_resource = true;
  info.verb = std::move(verb);
  info.group = resource.group;
  info.version = resource.version;
  info.resource = resource.plural;
  info.ns = std::move(ns);
  info.name = std::move(name);
  call->identity = {"system:apiserver", {"system:masters"}, {}};
  call->resource = &resource;
  call->cache = cache.find(resource);
  return call;
}

}  // namespace kubus::apiserver
