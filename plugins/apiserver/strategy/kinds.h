// The rules of single kinds.
//
// Thread safety: free functions.
#pragma once

#include <string_view>

#include "registry/strategy.h"

namespace kubus::apiserver {

// `name` is "group/plural". Adds what is particular about that kind.
void set_kind_rules(std::string_view name, Strategy& strategy);

void pod_rules(Strategy& strategy);
void service_rules(Strategy& strategy);
void namespace_rules(Strategy& strategy);
void node_rules(Strategy& strategy);
void secret_rules(Strategy& strategy);
void volume_claim_rules(Strategy& strategy);
void volume_rules(Strategy& strategy);
void job_rules(Strategy& strategy);
void deployment_rules(Strategy& strategy);
void daemon_set_rules(Strategy& strategy);
void lease_rules(Strategy& strategy);
void certificate_request_rules(Strategy& strategy);
void definition_rules(Strategy& strategy);
// Of every custom kind.
Strategy custom_rules();

}  // namespace kubus::apiserver
