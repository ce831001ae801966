#include "residue.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace kubus::integration {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

bool is_pid(const std::string& name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void add_processes(const std::string& name, std::vector<std::string>& found) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    if (!is_pid(entry.path().filename())) continue;
    auto command = read(entry.path() / "cmdline");
    std::replace(command.begin(), command.end(), '\0', ' ');
    const bool named = command.find("/kubus/" + name + "/") != std::string::npos;
    const bool contained =
        read(entry.path() / "cgroup").find("/kubus-" + name) != std::string::npos;
    if (named || contained)
      found.push_back("process " + entry.path().filename().string() + " " + command);
  }
}

void add_mounts(const std::string& name, std::vector<std::string>& found) {
  std::ifstream file("/proc/self/mounts");
  for (std::string line; std::getline(file, line);)
    if (line.find("/kubus/" + name + "/") != std::string::npos ||
        line.find("/netns/kubus-" + name + " ") != std::string::npos)
      found.push_back("mount " + line);
}

void add_cgroups(const std::string& name, std::vector<std::string>& found) {
  std::ifstream file("/proc/self/mounts");
  for (std::string device, point, type, rest; file >> device >> point >> type;) {
    std::getline(file, rest);
    const fs::path group = fs::path(point) / ("kubus-" + name);
    if (type.starts_with("cgroup") && fs::exists(group))
      found.push_back("cgroup " + group.string());
  }
}

}  // namespace

std::vector<std::string> residue(const std::string& name) {
  std::vector<std::string> found;
  add_processes(name, found);
  add_mounts(name, found);
  add_cgroups(name, found);
  for (const auto& path :
       {"/run/netns/kubus-" + name, "/run/kubus/" + name, "/var/lib/kubus/" + name})
    if (fs::exists(path)) found.push_back(path);
  return found;
}

}  // namespace kubus::integration
