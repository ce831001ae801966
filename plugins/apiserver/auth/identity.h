// Who makes a request.
//
// Thread safety: a value.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kubus::apiserver {

struct Identity {
  std::string name;
  std::vector<std::string> groups;
  // Set for a plugin on the bus: its id. Its rights are those of its manifest.
  std::string plugin;
  std::uint64_t generation = 0;  // of the plugin
  std::string uid = {};
  // What else the authenticator knows, such as the pod that a token belongs to.
  std::map<std::string, std::vector<std::string>> extra = {};

  bool in_group(std::string_view group) const {
    return std::find(groups.begin(), groups.end(), group) != groups.end();
  }
  static Identity anonymous() { return {"system:anonymous", {"system:unauthenticated"}, {}}; }
};

}  // namespace kubus::apiserver
