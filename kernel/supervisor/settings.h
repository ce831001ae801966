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
  std::string config_file;   // the default one; empty when there is none
  std::vector<std::string> command_dirs;  // kubus-VERB
  static Layout find();
};

struct Settings {
  std::string run_dir;
  std::string state_dir;
  std::vector<std::string> plugin_dirs;
  std::vector<std::string> plugins;
  std::vector<std::string> required;
  std::vector<std::string> prefer;
  bool watch = true;
  std::string log_level;
  std::string log_format;
  std::chrono::milliseconds start_timeout{};
  std::chrono::milliseconds drain_timeout{};
  BackoffLimits restart;

  Layout layout;
  std::string config_file;
  // With origins, for `kubus config`.
  std::map<std::string, ResolvedValue, std::less<>> values;

  // From checked values of kernel_schema(); kInvalid for a word that is none.
  static Result<Settings> from(const Resolved& resolved, Layout layout, std::string config_file);
  std::string generations_dir() const { return state_dir + "/.generations"; }
};

std::string_view own_abi_tag();
std::string_view own_version();

}  // namespace kubus::kernel
