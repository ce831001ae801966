// PodSecurityConfiguration of pod-security.admission.config.k8s.io: the policy of namespaces that
// say nothing of it, and who is exempt from all policies.
//
// Thread safety: values and pure functions.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "kubus/status.h"
#include "podsecurity/level.h"

namespace kubus::apiserver::podsecurity {

struct Configuration {
  Policy defaults;
  std::set<std::string, std::less<>> users, namespaces, runtime_classes;  // exempt ones
};

// Of a text in YAML or JSON; an empty one says nothing. kInvalid with all that is wrong, in the
// words of the reference.
Result<Configuration> read_configuration(std::string_view text);

}  // namespace kubus::apiserver::podsecurity
