// `kubus VERB` for verbs the command does not know: executables called kubus-VERB.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "command/commands.h"
#include "supervisor/settings.h"

namespace kubus::command {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kPrefix = "kubus-";

// First match wins: this installation's own, then plugins' folders, then PATH.
std::vector<std::string> directories() {
  auto layout = kernel::Layout::find();
  auto all = layout.command_dirs;
  if (!layout.plugin_dir.empty()) all.push_back(layout.plugin_dir);
  std::istringstream path(std::getenv("PATH") ? std::getenv("PATH") : "");
  for (std::string directory; std::getline(path, directory, ':');)
    if (!directory.empty()) all.push_back(directory);
  return all;
}

bool is_program(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

std::map<std::string, std::string> external_verbs() {
  std::map<std::string, std::string> verbs;
  for (const auto& directory : directories()) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(directory, ignored)) {
      auto name = entry.path().filename().string();
      // kubus-host is no verb.
      if (name.starts_with(kPrefix) && name != "kubus-host" && is_program(entry.path()))
        verbs.emplace(name.substr(kPrefix.size()), entry.path().string());
    }
  }
  return verbs;
}

}  // namespace kubus::command
