// What the actions on pods, binding and eviction, have in common.
//
// Thread safety: free functions.
#pragma once

#include <string_view>

#include "kubus/api/types.h"
#include "registry/call.h"

namespace k8s::io::api::core::v1 {
class Pod;
}

namespace kubus::apiserver {

// The Status object with which an action is acknowledged.
Answer acknowledged();

struct ConditionText {
  std::string_view type, status, reason, message;
};
// Sets the condition; its time changes with its status alone.
void set_pod_condition(core_v1::Pod& pod, const ConditionText& text);

}  // namespace kubus::apiserver
