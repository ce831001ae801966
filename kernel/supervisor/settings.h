// Settings: the kernel's own configuration, typed, and where the parts of this installation lie.
//
// Thread safety: values.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "config/store.h"
#include "supervisor/backoff.h"

namespace kubus::kernel {

// Found from the running executable, so that a build tree and any installation prefix work alike.
struct Layout {
  std::string plugin_dir;
  std::string host_program;  // kubus-host
  std::string runtimes_dir;  // "<ABI tag>/kubus-host" for plugins built for another runtime
  std::string config_file;   // the first of config_files there is; empty when there is none
  std::vector<std::string> config_files;  // where kubusd looks when it is not told
  std::vector<std::string> command_dirs;  // kubus-VERB
  static Layout find();
};

struct Settings {
  std::map<std::string, ResolvedValue, std::less<>> values;  // of kernel_schema(), checked
  Layout layout;
  std::string config_file;

  // Asking for a key that the schema lacks is a bug and aborts.
  const std::string& text(std::string_view key) const;
  std::vector<std::string> list(std::string_view key) const;
  std::chrono::milliseconds time(std::string_view key) const;
  BackoffLimits restart() const;
  std::string generations_dir() const { return text("state_dir") + "/.generations"; }
};

std::string_view own_abi_tag();
std::string_view own_version();

}  // namespace kubus::kernel
