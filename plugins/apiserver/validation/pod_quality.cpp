#include "validation/pod_quality.h"

#include <k8s/core/v1/pod_spec.pb.h>

#include <array>

#include "kubus/api/quantity.h"

namespace kubus::apiserver {
namespace {

using Resources = google::protobuf::Map<std::string, Quantity>;

// Only these two decide how a pod is treated under pressure.
constexpr std::array<std::string_view, 2> kComputed = {"cpu", "memory"};

struct Demands {
  bool any = false;
  bool guaranteed = true;  // each container has limits for both, and requests what it is limited to
};

bool is_set(const Resources& resources, std::string_view name) {
  const auto found = resources.find(std::string(name));
  return found != resources.end() && !QuantityValue::of(found->second).is_zero();
}

void add_demands(const core_v1::ResourceRequirements& resources, Demands& demands) {
  const auto& limits = resources.limits();
  const auto& requests = resources.requests();
  for (const auto name : kComputed) {
    const bool limited = is_set(limits, name);
    const bool requested = is_set(requests, name);
    demands.any |= limited || requested;
    if (!limited) {
      demands.guaranteed = false;
    } else if (requested) {
      const std::string key(name);
      demands.guaranteed &=
          QuantityValue::of(limits.at(key)) == QuantityValue::of(requests.at(key));
    }
  }
}

}  // namespace

std::string quality_of(const core_v1::PodSpec& spec) {
  Demands demands;
  const auto& of_pod = spec.resources();
  if (of_pod.requests_size() + of_pod.limits_size() > 0) {
    // What is said for the pod as a whole is what counts.
    add_demands(of_pod, demands);
  } else {
    for (const auto* list : {&spec.containers(), &spec.initcontainers()})
      for (const auto& container : *list) add_demands(container.resources(), demands);
  }
  if (!demands.any) return "BestEffort";
  return demands.guaranteed ? "Guaranteed" : "Burstable";
}

}  // namespace kubus::apiserver
