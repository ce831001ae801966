#include "metrics/server_gauges.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <utility>

#include "health/version.h"
#include "kubus/metrics.h"

namespace kubus::apiserver {
namespace {

using Counts = std::map<std::pair<std::string, std::string>, std::size_t>;

void show_objects(const ClusterCache& cache) {
  static std::mutex mutex;
  static Counts shown;
  Counts counts;
  // All versions of a resource have the same objects.
  for (const auto& one : cache.all())
    counts[{one->resource().group, one->resource().plural}] = one->size();
  const std::lock_guard lock(mutex);
  // What is gone has none; a series stays.
  for (const auto& [name, count] : shown) counts.try_emplace(name, 0);
  for (const auto& [name, count] : counts)
    metrics::gauge("apiserver_resource_objects", "Stored objects of each resource",
                   {{"group", name.first}, {"resource", name.second}})
        .set(static_cast<double>(count));
  shown = std::move(counts);
}

struct ProcessUse {
  double cpu_seconds = 0, start_seconds = 0, virtual_bytes = 0, resident_bytes = 0;
};

double boot_seconds() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("btime ")) return std::stod(line.substr(6));
  return 0;
}

ProcessUse own_use() {
  std::ifstream file("/proc/self/stat");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  // The name before may hold anything, blanks and brackets included.
  std::istringstream fields(text.substr(std::min(text.size(), text.rfind(')') + 1)));
  std::array<std::string, 22> values;  // from field 3, the state, on
  for (auto& value : values) fields >> value;
  const auto number = [&](std::size_t field) { return std::atof(values.at(field - 3).c_str()); };
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  ProcessUse use;
  use.cpu_seconds = (number(14) + number(15)) / ticks;
  use.start_seconds = boot_seconds() + number(22) / ticks;
  use.virtual_bytes = number(23);
  use.resident_bytes = number(24) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  return use;
}

void show_process() {
  const auto show = [](const char* name, const char* help, double value) {
    metrics::gauge(name, help).set(value);
  };
  const auto use = own_use();
  static std::mutex mutex;
  static double counted = 0;
  {
    const std::lock_guard lock(mutex);
    metrics::counter("process_cpu_seconds_total", "User and system time spent, in seconds")
        .add(std::max(0.0, use.cpu_seconds - std::exchange(counted, use.cpu_seconds)));
  }
  show("process_resident_memory_bytes", "Resident memory in bytes", use.resident_bytes);
  show("process_virtual_memory_bytes", "Virtual memory in bytes", use.virtual_bytes);
  show("process_start_time_seconds", "Start of the process in Unix time", use.start_seconds);
  std::error_code error;
  const std::filesystem::directory_iterator open("/proc/self/fd", error);
  show("process_open_fds", "Open file descriptors",
       static_cast<double>(std::distance(begin(open), end(open))));
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
    show("process_max_fds", "File descriptors there may be", static_cast<double>(limit.rlim_cur));
}

void show_build() {
  metrics::gauge("kubernetes_build_info", "What build this is",
                 {{"compiler", "gcc " __VERSION__},
                  {"git_version", std::string(kGitVersion)},
                  {"major", "1"},
                  {"minor", "35"},
                  {"platform", platform()}})
      .set(1);
}

}  // namespace

void read_gauges(const ClusterCache& cache) {
  show_objects(cache);
  show_process();
  show_build();
}

}  // namespace kubus::apiserver
