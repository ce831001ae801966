#include <k8s/core/v1/container_status.pb.h>
#include <k8s/core/v1/persistent_volume.pb.h>
#include <k8s/core/v1/persistent_volume_claim.pb.h>
#include <k8s/core/v1/pod.pb.h>
#include <k8s/core/v1/resource_quota.pb.h>
#include <k8s/core/v1/resources.pb.h>
#include <k8s/node/v1/runtime_class.pb.h>

#include <cstdint>
#include <limits>

#include "defaults/amounts.h"
#include "defaults/defaulter.h"
#include "kubus/api/quantity.h"

namespace kubus::apiserver {
namespace {

template <class Resources>
void round_resources(Resources& resources) {
  round_amounts(*resources.mutable_limits());
  round_amounts(*resources.mutable_requests());
}

void round_claim(core_v1::PersistentVolumeClaimStatus& status) {
  round_amounts(*status.mutable_capacity());
  round_amounts(*status.mutable_allocatedresources());
}

void round_quota(core_v1::ResourceQuotaStatus& status) {
  round_amounts(*status.mutable_hard());
  round_amounts(*status.mutable_used());
}

void round_quota_spec(core_v1::ResourceQuotaSpec& spec) { round_amounts(*spec.mutable_hard()); }

void round_volume(core_v1::PersistentVolumeSpec& spec) { round_amounts(*spec.mutable_capacity()); }

void round_overhead(node_v1::Overhead& overhead) { round_amounts(*overhead.mutable_podfixed()); }

template <class Status>
void round_allocated(Status& status) {
  round_amounts(*status.mutable_allocatedresources());
}

constexpr Defaulter kDefaulters[] = {
    {"k8s.io.api.core.v1.ResourceRequirements",
     default_as<core_v1::ResourceRequirements, round_resources<core_v1::ResourceRequirements>>},
    {"k8s.io.api.core.v1.VolumeResourceRequirements",
     default_as<core_v1::VolumeResourceRequirements,
                round_resources<core_v1::VolumeResourceRequirements>>},
    {"k8s.io.api.core.v1.PersistentVolumeSpec",
     default_as<core_v1::PersistentVolumeSpec, round_volume>},
    {"k8s.io.api.core.v1.PersistentVolumeClaimStatus",
     default_as<core_v1::PersistentVolumeClaimStatus, round_claim>},
    {"k8s.io.api.core.v1.ResourceQuotaSpec",
     default_as<core_v1::ResourceQuotaSpec, round_quota_spec>},
    {"k8s.io.api.core.v1.ResourceQuotaStatus",
     default_as<core_v1::ResourceQuotaStatus, round_quota>},
    {"k8s.io.api.core.v1.ContainerStatus",
     default_as<core_v1::ContainerStatus, round_allocated<core_v1::ContainerStatus>>},
    {"k8s.io.api.core.v1.PodStatus",
     default_as<core_v1::PodStatus, round_allocated<core_v1::PodStatus>>},
    {"k8s.io.api.node.v1.Overhead", default_as<node_v1::Overhead, round_overhead>},
};

}  // namespace

void round_amounts(Amounts& amounts) {
  for (auto& [name, amount] : amounts) {
    // Only with one of these can a text be of less than a thousandth.
    if (amount.string().find_first_of(".nueE") == std::string::npos) continue;
    auto value = QuantityValue::of(amount);
    const std::int64_t milli = value.milli_value();
    // What is more than can be counted in thousandths is left as it is.
    if (milli == std::numeric_limits<std::int64_t>::max() ||
        milli == std::numeric_limits<std::int64_t>::min())
      continue;
    const auto rounded = QuantityValue::from_milli(milli);
    if (rounded == value) continue;
    value += rounded - value;
    value.store(amount);
  }
}

std::span<const Defaulter> amount_defaulters() { return kDefaulters; }

}  // namespace kubus::apiserver
