#include "kubus/trigger_time.h"

#include <k8s/core/v1/pod.pb.h>
#include <k8s/core/v1/service.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <utility>

#include "kubus/service_pods.h"
#include "kubus/workload.h"

namespace kubus {
namespace {

constexpr const char* kAnnotation = "endpoints.kubernetes.io/last-change-trigger-time";

SystemTime changed_at(const core_v1::Pod& pod) {
  const auto* ready = find_condition(pod, "Ready");
  return ready ? to_time(ready->lasttransitiontime()) : SystemTime();
}

}  // namespace

std::optional<SystemTime> TriggerTimes::next(
    const core_v1::Service& service, const std::vector<std::shared_ptr<const core_v1::Pod>>& pods) {
  Seen now{to_time(service.metadata().creationtimestamp()), {}};
  for (const auto& pod : pods)
    if (selects(service, *pod)) now.pods[pod->metadata().name()] = changed_at(*pod);
  std::lock_guard lock(mutex_);
  const Seen before = std::exchange(seen_[key_of(service)], now);
  std::optional<SystemTime> earliest;
  const auto consider = [&](SystemTime time, SystemTime known) {
    if (time > known && (!earliest || time < *earliest)) earliest = time;
  };
  for (const auto& [name, time] : now.pods) {
    const auto known = before.pods.find(name);
    consider(time, known == before.pods.end() ? SystemTime() : known->second);
  }
  consider(now.service, before.service);
  return earliest;
}

void TriggerTimes::forget(const ObjectKey& service) {
  std::lock_guard lock(mutex_);
  seen_.erase(service);
}

void TriggerTimes::note(const std::optional<SystemTime>& time, meta_v1::ObjectMeta& metadata) {
  if (time)
    (*metadata.mutable_annotations())[kAnnotation] = format_time(*time);
  else
    metadata.mutable_annotations()->erase(kAnnotation);
}

}  // namespace kubus
