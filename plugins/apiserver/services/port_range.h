// The ports that Services may have on every node, and how many hold each.
//
// Thread safety: none of its own; ServiceAllocator locks.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kubus::apiserver {

class PortRange {
 public:
  PortRange(std::uint16_t first, std::uint16_t last);
  std::string text() const;
  bool contains(int port) const;
  bool is_held(int port) const { return holders_.contains(port); }
  // Whoever holds one lets go of it once.
  void hold(int port);
  void drop(int port);
  std::optional<int> any_free() const;

 private:
  int first_;
  std::vector<bool> taken_;
  std::map<int, int> holders_;
};

}  // namespace kubus::apiserver
