// What of a LimitRange an object does not keep, each in the words of the reference.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "kubus/quota.h"

namespace k8s::io::api::core::v1 {
class LimitRange;
class PersistentVolumeClaim;
}  // namespace k8s::io::api::core::v1

namespace kubus::apiserver {

std::vector<std::string> broken_limits(const core_v1::LimitRange& range, const core_v1::Pod& pod);
std::vector<std::string> broken_limits(const core_v1::LimitRange& range,
                                       const core_v1::PersistentVolumeClaim& claim);

}  // namespace kubus::apiserver
