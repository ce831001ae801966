// The process that holds a sandbox's namespaces.
//
// Thread safety: free functions; launch_pause() blocks for milliseconds.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "kubus/status.h"
#include "process.h"

namespace kubus::runtime_oci {

struct PauseOptions {
  std::string program;
  std::string sandbox_id;
  std::string hostname;
  std::string empty_root;
  bool network = true;  // namespaces of its own
  bool ipc = true;
  bool pid = false;
  std::map<std::string, std::string> sysctls;  // "net.core.somaxconn" -> "1024"
};

Result<ProcessId> launch_pause(const PauseOptions& options);

// Holders that run from `empty_root`, by sandbox id: what a crash may have left unrecorded.
std::map<std::string, ProcessId> find_pauses(const std::string& empty_root);

}  // namespace kubus::runtime_oci
