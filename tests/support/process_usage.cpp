#include "process_usage.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace kubus::testing {

namespace fs = std::filesystem;

Usage usage_of(pid_t pid) {
  auto proc = "/proc/" + std::to_string(pid);
  Usage usage;
  std::ifstream maps(proc + "/maps");
  for (std::string line; std::getline(maps, line); ++usage.mappings)
    if (line.find("/.generations/") != std::string::npos) ++usage.plugin_mappings;
  auto entries = [](const std::string& directory) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
  };
  usage.descriptors = entries(proc + "/fd");
  usage.threads = entries(proc + "/task");
  std::ifstream status(proc + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) usage.resident_kb = std::stoul(line.substr(6));
  return usage;
}

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> children;
  for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
    std::ifstream list(entry.path() / "children");
    for (pid_t child; list >> child;) children.push_back(child);
  }
  return children;
}

}  // namespace kubus::testing
