#include <k8s/core/v1/pod.pb.h>

#include "kubus/api/resource.h"
#include "strategy/kinds.h"
#include "strategy/label_keys.h"
#include "validation/pod_quality.h"

namespace kubus::apiserver {
namespace {

using core_v1::Pod;
void create(Message& object) {
  auto& pod = static_cast<Pod&>(object);
  merge_label_keys(pod);
  pod.mutable_status()->set_phase("Pending");
  pod.mutable_status()->set_qosclass(quality_of(pod.spec()));
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

// All of these leave the metadata as it was, too.
void keep_ephemeral_containers(Message& object, const Message& old) {
  auto& pod = static_cast<Pod&>(object);
  Pod kept = static_cast<const Pod&>(old);
  kept.mutable_spec()->mutable_ephemeralcontainers()->Swap(
      pod.mutable_spec()->mutable_ephemeralcontainers());
  pod.Swap(&kept);
}

// Containers are taken as they were sent, so that the validation sees which were added or moved.
template <class Containers>
void keep_sizes(Containers& containers, const Containers& before) {
  for (auto& container : containers)
    for (const auto& old : before) {
      if (old.name() != container.name()) continue;
      auto kept = old;
      kept.mutable_resources()->Swap(container.mutable_resources());
      kept.mutable_resizepolicy()->Swap(container.mutable_resizepolicy());
      if (!old.has_resources() && kept.resources().ByteSizeLong() == 0) kept.clear_resources();
      container.Swap(&kept);
    }
}

void keep_resources(Message& object, const Message& old) {
  auto& pod = static_cast<Pod&>(object);
  const auto& before = static_cast<const Pod&>(old);
  Pod kept = before;
  auto& spec = *pod.mutable_spec();
  keep_sizes(*spec.mutable_containers(), before.spec().containers());
  keep_sizes(*spec.mutable_initcontainers(), before.spec().initcontainers());
  kept.mutable_spec()->mutable_containers()->Swap(spec.mutable_containers());
  kept.mutable_spec()->mutable_initcontainers()->Swap(spec.mutable_initcontainers());
  pod.Swap(&kept);
}

}  // namespace

void pod_rules(Strategy& strategy) {
  strategy.prepare_create = create;
  strategy.prepare_status = status;
  strategy.grace_period = grace;
  strategy.parts = {{"ephemeralcontainers", keep_ephemeral_containers}, {"resize", keep_resources}};
}

}  // namespace kubus::apiserver
