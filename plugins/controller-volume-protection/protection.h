// Which claims and volumes are in use, and the finalizers that hold them.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/core/v1/persistent_volume.pb.h>
#include <k8s/core/v1/persistent_volume_claim.pb.h>
#include <k8s/core/v1/pod.pb.h>

#include <string>
#include <vector>

#include "kubus/api/types.h"
#include "kubus/object.h"

namespace kubus::protection {

inline constexpr const char* kClaim = "kubernetes.io/pvc-protection";
inline constexpr const char* kVolume = "kubernetes.io/pv-protection";

// The claims a pod names, its own ephemeral ones included.
std::vector<ObjectKey> claims_of(const core_v1::Pod& pod);
// A pod uses its claims from the time it has a node. One that has ended has let go of its own.
bool uses(const core_v1::Pod& pod, const core_v1::PersistentVolumeClaim& claim);
bool is_in_use(const core_v1::PersistentVolume& volume);

enum class Step { kNothing, kAdd, kRemove };
// What is to be done about an object with this metadata, which is in use or not.
Step step_for(const meta_v1::ObjectMeta& metadata, const char* finalizer, bool in_use);
void take(Step step, meta_v1::ObjectMeta& metadata, const char* finalizer);

}  // namespace kubus::protection
