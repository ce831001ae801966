// The checks of pod security, level by level, as the policy of v1.35 has them.
//
// Thread safety: constant tables of pure functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "podsecurity/containers.h"
#include "podsecurity/level.h"

namespace k8s::io::apimachinery::pkg::apis::meta::v1 {
class ObjectMeta;
}

namespace kubus::apiserver::podsecurity {

struct Finding {
  std::string reason;
  std::string detail;
};

struct PodView {
  const meta_v1::ObjectMeta& metadata;
  const core_v1::PodSpec& spec;
  int minor;  // of the policy's version

  // Root in it is nobody on the node, which counts since v1.35.
  bool is_apart_from_users() const;
};
using Check = std::optional<Finding> (*)(const PodView& pod);

struct CheckEntry {
  Check check;
  int since = 0;                   // the first minor version of the policy that has it
  bool strict_takes_over = false;  // the restricted level has a stricter one in its place ...
  int takes_over_since = 0;        // ... since that version
};

// In the order in which they are told.
std::span<const CheckEntry> baseline_checks();
std::span<const CheckEntry> restricted_checks();
// Of both levels.
std::optional<Finding> proc_mount(const PodView& pod);

// All that is against the level.
std::vector<Finding> evaluate(const LevelVersion& level, const meta_v1::ObjectMeta& metadata,
                              const core_v1::PodSpec& spec);
// "privileged, hostPort" and "privileged (container ...), hostPort (...)".
std::string reasons_of(const std::vector<Finding>& findings);
std::string details_of(const std::vector<Finding>& findings);

}  // namespace kubus::apiserver::podsecurity
