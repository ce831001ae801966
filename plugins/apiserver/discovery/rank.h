// How a group and version ranks among others, which its APIService says.
//
// Thread safety: a pure function; values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kubus::apiserver {

struct ServiceRank {
  int group = 0;    // groupPriorityMinimum
  int version = 0;  // versionPriority
  bool operator==(const ServiceRank&) const = default;
};

// As the reference has it: of a built-in group, or of any other.
ServiceRank default_rank(std::string_view group, std::string_view version);

// A group and version that is not as default_rank() has it, or that another server answers for.
struct ServedVersion {
  std::string group, version;
  ServiceRank rank;
  bool remote = false;
  bool current = true;  // it answered when it was last asked
  bool operator==(const ServedVersion&) const = default;
};
using ServedVersions = std::vector<ServedVersion>;

}  // namespace kubus::apiserver
