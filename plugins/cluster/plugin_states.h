// What the kernel's list of plugins says about a cluster that is starting.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "kubus/kernel.pb.h"

namespace kubus::cluster {

// One line, "plugin NAME STATE: reason", for each plugin that is wanted and not at work.
std::vector<std::string> complaints(const kernel::ListReply& list);

// Every plugin has come as far as it gets without another one.
bool settled(const kernel::ListReply& list);

struct Obstacles {
  std::vector<std::string> lines;  // as of complaints(); empty: the node may still become Ready
  // One of them does not go away by itself. Failures are tried again, and a kubusd that stops
  // plugins ends.
  bool lasting = false;
};
// What keeps the node agent from starting, through all that it requires.
Obstacles find_obstacles(const kernel::ListReply& list);

}  // namespace kubus::cluster
