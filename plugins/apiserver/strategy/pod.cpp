#include <k8s/core/v1/pod.pb.h>

#include <algorithm>
#include <array>

#include "kubus/api/quantity.h"
#include "kubus/api/resource.h"
#include "strategy/kinds.h"

namespace kubus::apiserver {
namespace {

using core_v1::Pod;
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

std::string quality_of(const Pod& pod) {
  Demands demands;
  add_demands(pod.spec().containers(), demands);
  add_demands(pod.spec().initcontainers(), demands);
  if (!demands.any) return "BestEffort";
  return demands.guaranteed ? "Guaranteed" : "Burstable";
}

void create(Message& object) {
  auto& pod = static_cast<Pod&>(object);
  pod.mutable_status()->set_phase("Pending");
  pod.mutable_status()->set_qosclass(quality_of(pod));
  if (pod.spec().schedulinggates_size() == 0) return;
  auto* condition = pod.mutable_status()->add_conditions();
  condition->set_type("PodScheduled");
  condition->set_status("False");
  condition->set_reason("SchedulingGated");
  condition->set_message("Scheduling is blocked due to non-empty scheduling gates");
}

void status(Message& object, const Message& old) {
  auto& pod = static_cast<Pod&>(object);
  const auto& before = static_cast<const Pod&>(old);
  *pod.mutable_metadata()->mutable_ownerreferences() = before.metadata().ownerreferences();
  if (pod.status().qosclass().empty())
    pod.mutable_status()->set_qosclass(before.status().qosclass());
}

std::int64_t grace(const Message& object, std::optional<std::int64_t> asked) {
  constexpr std::int64_t kDefault = 30;
  const auto& pod = static_cast<const Pod&>(object);
  auto period = asked ? *asked
                : pod.spec().has_terminationgraceperiodseconds()
                    ? pod.spec().terminationgraceperiodseconds()
                    : kDefault;
  const auto& phase = pod.status().phase();
  // Nothing runs that would need the time.
  if (pod.spec().nodename().empty() || phase == "Succeeded" || phase == "Failed") return 0;
  return period < 0 ? 1 : period;
}

}  // namespace

void pod_rules(Strategy& strategy) {
  strategy.prepare_create = create;
  strategy.prepare_status = status;
  strategy.grace_period = grace;
}

}  // namespace kubus::apiserver
