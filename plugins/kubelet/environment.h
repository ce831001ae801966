// The environment of a container, as the API server's objects and the node give it.
//
// Thread safety: pure functions over what they are given; lookups go through caches.
#pragma once

#include <k8s/core/v1/pod.pb.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kubus/api/types.h"
#include "kubus/status.h"

namespace k8s::io::api::core::v1 {
class ConfigMap;
class Secret;
class Service;
}  // namespace k8s::io::api::core::v1

namespace kubus::kubelet {

// Where configuration of the pod's namespace is looked up. kNotFound when absent, in the
// reference's words.
struct ObjectSource {
  using ConfigMapPtr = std::shared_ptr<const core_v1::ConfigMap>;
  using SecretPtr = std::shared_ptr<const core_v1::Secret>;
  using ServicePtr = std::shared_ptr<const core_v1::Service>;
  std::function<Result<ConfigMapPtr>(const std::string& ns, const std::string& name)> config_map;
  std::function<Result<SecretPtr>(const std::string& ns, const std::string& name)> secret;
  std::function<std::vector<ServicePtr>(const std::string& ns)> services;
  // A token of the pod's service account, for volumes.
  std::function<Result<std::string>(const core_v1::Pod& pod,
                                    const core_v1::ServiceAccountTokenProjection& source)>
      token;
};

// What the downward API can tell of the pod that is not in its object yet.
struct NodeFacts {
  std::string node_name;
  std::string host_ip;
  std::vector<std::string> pod_ips;
  std::int64_t cpu_milli = 0;     // allocatable
  std::int64_t memory_bytes = 0;  // allocatable
};

using Environment = std::vector<std::pair<std::string, std::string>>;

// In the reference's order: service variables, envFrom, env; later ones win, $(NAME) is expanded in
// values of env. kInvalid ("CreateContainerConfigError" to the user) when something referred to is
// missing and not optional.
Result<Environment> make_environment(const core_v1::Pod& pod, const core_v1::Container& container,
                                     const ObjectSource& source, const NodeFacts& facts);

// "$(NAME)" from `values`; unknown names stay as they are, "$$" is a literal "$".
std::string expand(std::string_view text, const std::map<std::string, std::string>& values);

// fieldRef and resourceFieldRef, for variables and for downward API volumes.
Result<std::string> field_value(const core_v1::Pod& pod, const std::string& path,
                                const NodeFacts& facts);
Result<std::string> resource_value(const core_v1::Pod& pod, const core_v1::Container& container,
                                   const core_v1::ResourceFieldSelector& selector,
                                   const NodeFacts& facts);

}  // namespace kubus::kubelet
