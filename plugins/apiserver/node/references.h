// What a pod needs of other objects: secrets, config maps, claims, its service account.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/core/v1/persistent_volume.pb.h>
#include <k8s/core/v1/pod.pb.h>

#include <compare>
#include <cstdint>
#include <set>
#include <string>

#include "kubus/api/types.h"

namespace kubus::apiserver::node {

enum class Kind : std::uint8_t {
  kPod,
  kSecret,
  kConfigMap,
  kVolumeClaim,
  kServiceAccount,
  kResourceClaim,
};

// A namespaced object.
struct Reference {
  Kind kind = Kind::kPod;
  std::string ns;
  std::string name;
  auto operator<=>(const Reference&) const = default;
};

// The pod itself among them.
std::set<Reference> references_of(const core_v1::Pod& pod);
// The secrets by which a volume is mounted.
std::set<Reference> references_of(const core_v1::PersistentVolume& volume);

}  // namespace kubus::apiserver::node
