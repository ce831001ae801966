#include "protection.h"

#include <algorithm>

#include "kubus/workload.h"

namespace kubus::protection {
namespace {

bool holds(const meta_v1::ObjectMeta& metadata, const char* finalizer) {
  const auto& all = metadata.finalizers();
  return std::find(all.begin(), all.end(), finalizer) != all.end();
}

std::string ephemeral_name(const core_v1::Pod& pod, const core_v1::Volume& volume) {
  return pod.metadata().name() + "-" + volume.name();
}

}  // namespace

std::vector<ObjectKey> claims_of(const core_v1::Pod& pod) {
  std::vector<ObjectKey> claims;
  for (const auto& volume : pod.spec().volumes()) {
    const auto& source = volume.volumesource();
    if (source.has_persistentvolumeclaim())
      claims.push_back({pod.metadata().namespace_(), source.persistentvolumeclaim().claimname()});
    if (source.has_ephemeral())
      claims.push_back({pod.metadata().namespace_(), ephemeral_name(pod, volume)});
  }
  return claims;
}

bool uses(const core_v1::Pod& pod, const core_v1::PersistentVolumeClaim& claim) {
  if (pod.spec().nodename().empty() || pod.metadata().namespace_() != claim.metadata().namespace_())
    return false;
  const auto& name = claim.metadata().name();
  for (const auto& volume : pod.spec().volumes()) {
    const auto& source = volume.volumesource();
    if (source.has_persistentvolumeclaim() && source.persistentvolumeclaim().claimname() == name)
      return true;
    if (source.has_ephemeral() && !is_pod_finished(pod) && ephemeral_name(pod, volume) == name &&
        controller_of(claim).uid == pod.metadata().uid())
      return true;
  }
  return false;
}

bool is_in_use(const core_v1::PersistentVolume& volume) {
  return volume.status().phase() == "Bound";
}

Step step_for(const meta_v1::ObjectMeta& metadata, const char* finalizer, bool in_use) {
  const bool held = holds(metadata, finalizer);
  if (!metadata.has_deletiontimestamp()) return held ? Step::kNothing : Step::kAdd;
  return held && !in_use ? Step::kRemove : Step::kNothing;
}

void take(Step step, meta_v1::ObjectMeta& metadata, const char* finalizer) {
  if (step == Step::kAdd) metadata.add_finalizers(finalizer);
  if (step != Step::kRemove) return;
  std::vector<std::string> kept;
  for (const auto& one : metadata.finalizers())
    if (one != finalizer) kept.push_back(one);
  metadata.clear_finalizers();
  for (auto& one : kept) metadata.add_finalizers(std::move(one));
}

}  // namespace kubus::protection
