#include "protection.h"

#include "kubus/finalizers.h"
#include "kubus/workload.h"

namespace kubus::protection {
namespace {

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
  const bool held = has_finalizer(metadata, finalizer);
  if (!metadata.has_deletiontimestamp()) return held ? Step::kNothing : Step::kAdd;
  return held && !in_use ? Step::kRemove : Step::kNothing;
}

void take(Step step, meta_v1::ObjectMeta& metadata, const char* finalizer) {
  if (step == Step::kAdd) metadata.add_finalizers(finalizer);
  if (step == Step::kRemove) remove_finalizer(metadata, finalizer);
}

}  // namespace kubus::protection
