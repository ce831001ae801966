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

template <class Containers>
void add_demands(const Containers& containers, Demands& demands) {
  for (const auto& container : containers) {
    const auto& limits = container.resources().limits();
    const auto& requests = container.resources().requests();
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
}

}  // namespace

std::string quality_of(const core_v1::PodSpec& spec) {
  Demands demands;
  add_demands(spec.containers(), demands);
  add_demands(spec.initcontainers(), demands);
  if (!demands.any) return "BestEffort";
  return demands.guaranteed ? "Guaranteed" : "Burstable";
}

}  // namespace kubus::apiserver
