// The flow schemas and priority levels that every cluster has.
//
// Thread safety: functions without state.
#pragma once

#include <k8s/flowcontrol/v1/flow_schema.pb.h>
#include <k8s/flowcontrol/v1/priority_level.pb.h>

#include <string_view>
#include <vector>

#include "kubus/api/types.h"
#include "validation/field_error.h"

namespace kubus::apiserver::fairness {

using flowcontrol_v1::FlowSchema;
using flowcontrol_v1::PriorityLevelConfiguration;

// Those without which no server is: they are put back whatever was done to them.
inline constexpr std::string_view kExempt = "exempt";
inline constexpr std::string_view kCatchAll = "catch-all";
inline bool is_mandatory(std::string_view name) { return name == kExempt || name == kCatchAll; }

std::vector<PriorityLevelConfiguration> default_levels();
std::vector<FlowSchema> default_schemas();

// Of the mandatory ones only a part may be changed; nothing for other objects, of whatever kind.
void check_mandatory(const google::protobuf::Message& object, ErrorList& errors);

}  // namespace kubus::apiserver::fairness
