#include <k8s/core/v1/container.pb.h>
#include <k8s/core/v1/pod_spec.pb.h>
#include <k8s/core/v1/resources.pb.h>

#include <map>

#include "defaults/pod_requests.h"
#include "kubus/api/quantity.h"
#include "validation/checks.h"
#include "validation/pod_spec.h"

namespace kubus::apiserver {
namespace {

// In an order that does not change.
std::map<std::string, Quantity> sorted(const Amounts& amounts) {
  return {amounts.begin(), amounts.end()};
}

void check_covers_requests(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors) {
  const auto& requests = spec.resources().requests();
  for (const auto& [name, asked] : sorted(requests_of_containers(spec))) {
    if (!is_pod_resource(name)) continue;
    const auto found = requests.find(name);
    const QuantityValue given =
        found == requests.end() ? QuantityValue() : QuantityValue::of(found->second);
    const QuantityValue needed = QuantityValue::of(asked);
    if (given < needed) {
      errors.invalid(
          path.key(name), given.to_string(),
          "must be greater than or equal to aggregate container requests of " + needed.to_string());
    }
  }
}

void check_covers_limits(const core_v1::PodSpec& spec, ErrorList& errors) {
  const auto& limits = spec.resources().limits();
  for (int i = 0; i < spec.containers_size(); ++i) {
    for (const auto& [name, amount] : sorted(spec.containers(i).resources().limits())) {
      const auto found = limits.find(name);
      if (found == limits.end()) continue;
      const QuantityValue most = QuantityValue::of(found->second);
      const QuantityValue own = QuantityValue::of(amount);
      if (own <= most) continue;
      errors.invalid(Path("spec").child("containers").index(i).key(name).child("limits"),
                     own.to_string(),
                     "must be less than or equal to pod limits of " + most.to_string());
    }
  }
}

}  // namespace

void check_pod_resources(const PodContext& pod, const Path& path, ErrorList& errors) {
  if (!pod.spec.resources().claims().empty()) {
    errors.forbidden(path.child("claims"), "claims may not be set for Resources at pod-level");
  }
  core_v1::ResourceRequirements amounts = pod.spec.resources();
  amounts.clear_claims();
  check_resources(amounts, check_pod_resource_name, pod.claims, path, errors);
  check_covers_requests(pod.spec, path.child("requests"), errors);
  check_covers_limits(pod.spec, errors);
}

}  // namespace kubus::apiserver
