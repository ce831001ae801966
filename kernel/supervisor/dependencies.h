// Who can start when: the graph of `provides` and `requires`.
//
// Thread safety: pure functions.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace kubus::kernel {

struct DependencyNode {
  std::string name;
  std::vector<std::string> provides;
  std::vector<std::string> requires_;
};

struct Blocked {
  std::string reason;  // "no plugin provides x.v1" or "a -> b -> a"
  bool cycle = false;
};

// The nodes that could never start even if every start succeeded, and why. One provider is enough
// where several offer a service.
std::map<std::string, Blocked> find_blocked(const std::vector<DependencyNode>& nodes);

}  // namespace kubus::kernel
