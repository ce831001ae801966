#include "cluster/processes.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace kubus::bench {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> processes_in(const std::string& netns) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const auto name = entry.path().filename().string();
    std::error_code gone;
    if (name.find_first_not_of("0123456789") == std::string::npos &&
        fs::equivalent(entry.path() / "ns/net", netns, gone) && !gone)
      found.push_back(entry.path());
  }
  return found;
}

double pss_kb(const fs::path& process) {
  std::ifstream file(process / "smaps_rollup");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("Pss:")) return std::stod(line.substr(4));
  return 0;
}

// User and system time so far, in seconds.
double cpu_seconds(const fs::path& process) {
  std::ifstream file(process / "stat");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  // The name before may hold anything, blanks and brackets included.
  std::istringstream fields(text.substr(std::min(text.size(), text.rfind(')') + 1)));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace

Use use_of(const std::string& netns) {
  Use use;
  for (const auto& process : processes_in(netns)) {
    use.pss_kb += pss_kb(process);
    use.cpu_seconds += cpu_seconds(process);
    ++use.processes;
  }
  if (use.processes == 0) throw std::runtime_error("nothing runs in " + netns);
  return use;
}

}  // namespace kubus::bench
