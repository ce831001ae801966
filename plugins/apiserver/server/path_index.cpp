#include "server/path_index.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <set>

namespace kubus::apiserver {
namespace {

using Paths = std::set<std::string, std::less<>>;

void add_resource(const ResourceInfo& resource, Paths& paths) {
  if (resource.group.empty()) {
    paths.insert("/api/" + resource.version);
    return;
  }
  const auto group = "/apis/" + resource.group;
  paths.insert(group);
  paths.insert(group + "/" + resource.version);
}

void add_checks(const Health& health, Paths& paths) {
  for (const char* endpoint : {"healthz", "livez", "readyz"}) {
    const auto path = std::string("/") + endpoint;
    paths.insert(path);
    for (const auto& name : health.names(endpoint)) paths.insert(path + "/" + name);
  }
}

}  // namespace

std::string path_index(const ServedKinds& kinds, const Health& health) {
  Paths paths = {"/.well-known/openid-configuration",
                 "/api",
                 "/apis",
                 "/apis/",
                 "/metrics",
                 "/metrics/slis",
                 "/openapi/v2",
                 "/openapi/v3",
                 "/openapi/v3/",
                 "/openid/v1/jwks",
                 "/version"};
  for (const auto* resource : kinds.built_in) add_resource(*resource, paths);
  for (const auto& [name, custom] : kinds.custom) add_resource(custom.kind(), paths);
  for (const auto& resources : kinds.services.kinds)
    if (resources)
      for (const auto& resource : *resources) add_resource(resource, paths);
  add_checks(health, paths);
  return boost::json::serialize(
      boost::json::object{{"paths", boost::json::array(paths.begin(), paths.end())}});
}

}  // namespace kubus::apiserver
