#include "residue.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace kubus::integration {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& file) {
  std::ifstream stream(file);
  std::ostringstream text;
  text << stream.rdbuf();  // of a process that ends meanwhile: what could be read
  return text.str();
}

bool is_pid(const std::string& name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

struct Process {
  std::string text;  // its number and command line
  bool contained = false;
};

// The processes that `name` appears in: in their command line or their control group.
std::vector<Process> processes_of(const std::string& name) {
  std::vector<Process> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    if (!is_pid(entry.path().filename())) continue;
    auto command = read(entry.path() / "cmdline");
    std::replace(command.begin(), command.end(), '\0', ' ');
    const auto groups = read(entry.path() / "cgroup");
    const bool contained = groups.find("/kubus-" + name + "/") != std::string::npos;
    if (contained || command.find("/kubus/" + name + "/") != std::string::npos)
      found.push_back({entry.path().filename().string() + " " + command, contained});
  }
  return found;
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
  for (const auto& process : processes_of(name)) found.push_back("process " + process.text);
  add_mounts(name, found);
  add_cgroups(name, found);
  for (const auto& path :
       {"/run/netns/kubus-" + name, "/run/kubus/" + name, "/var/lib/kubus/" + name})
    if (fs::exists(path)) found.push_back(path);
  return found;
}

std::vector<std::string> contained_processes(const std::string& name) {
  std::vector<std::string> found;
  for (const auto& process : processes_of(name))
    if (process.contained) found.push_back(process.text);
  return found;
}

}  // namespace kubus::integration
