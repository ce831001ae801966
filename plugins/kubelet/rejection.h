// Why this node does not take a pod on. Thread safety: a value.
#pragma once

#include <string>

namespace kubus::kubelet {

struct Rejection {
  std::string reason;   // "OutOfcpu", "NodePorts", ...
  std::string message;  // in the reference's words
};

}  // namespace kubus::kubelet
