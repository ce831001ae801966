// Finalizers: what holds an object that is being deleted until somebody has seen to it.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>
#include <string_view>

#include "kubus/api/types.h"

namespace kubus {

inline bool has_finalizer(const meta_v1::ObjectMeta& metadata, std::string_view finalizer) {
  const auto& all = metadata.finalizers();
  return std::find(all.begin(), all.end(), finalizer) != all.end();
}

inline void remove_finalizer(meta_v1::ObjectMeta& metadata, std::string_view finalizer) {
  auto& all = *metadata.mutable_finalizers();
  all.erase(std::remove(all.begin(), all.end(), finalizer), all.end());
}

}  // namespace kubus
