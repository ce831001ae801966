// Rules that say which requests webhooks and admission policies are about.
//
// Thread safety: pure functions. Each adds what it finds to the errors.
#pragma once

#include <k8s/admissionregistration/v1/rule.pb.h>

#include "validation/checks.h"

namespace kubus::apiserver {

void check_rule(const admissionregistration_v1::RuleWithOperations& rule, const Path& path,
                ErrorList& errors);

// Number, names and texts of the conditions; whether they compile is found out elsewhere.
void check_match_conditions(
    const google::protobuf::RepeatedPtrField<admissionregistration_v1::MatchCondition>& conditions,
    const Path& path, ErrorList& errors);

}  // namespace kubus::apiserver
