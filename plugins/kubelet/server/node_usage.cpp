#include "node_usage.h"

#include <unistd.h>

#include <chrono>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

namespace kubus::kubelet {
namespace {

constexpr std::uint64_t kNanoseconds = 1'000'000'000;

// "name value" or "name: value kB", one a line.
std::map<std::string, std::uint64_t> read_numbers(const char* path) {
  std::map<std::string, std::uint64_t> numbers;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    std::uint64_t value = 0;
    if (!(words >> name >> value)) continue;
    if (name.ends_with(':')) name.pop_back();
    numbers[name] = value;
  }
  return numbers;
}

// All but idle and waiting; the guests' time is part of the users'.
std::uint64_t busy_nanoseconds() {
  std::ifstream file("/proc/stat");
  std::string name;
  std::uint64_t user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, softirq = 0, steal = 0;
  file >> name >> user >> nice >> system >> idle >> wait >> irq >> softirq >> steal;
  const auto ticks = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  return (user + nice + system + irq + softirq + steal) * (kNanoseconds / ticks);
}

}  // namespace

NodeUsage read_node_usage() {
  const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  NodeUsage usage;
  auto stat = read_numbers("/proc/stat");
  usage.started_at = static_cast<std::int64_t>(stat["btime"] * kNanoseconds);
  usage.cpu.set_timestamp(now);
  usage.cpu.set_usage_core_nanoseconds(busy_nanoseconds());
  auto memory = read_numbers("/proc/meminfo");
  auto counters = read_numbers("/proc/vmstat");
  usage.memory.set_timestamp(now);
  usage.memory.set_available_bytes(memory["MemAvailable"] * 1024);
  usage.memory.set_usage_bytes((memory["MemTotal"] - memory["MemFree"]) * 1024);
  usage.memory.set_working_set_bytes((memory["MemTotal"] - memory["MemAvailable"]) * 1024);
  usage.memory.set_rss_bytes(memory["AnonPages"] * 1024);
  usage.swap_bytes = (memory["SwapTotal"] - memory["SwapFree"]) * 1024;
  usage.memory.set_page_faults(counters["pgfault"]);
  usage.memory.set_major_page_faults(counters["pgmajfault"]);
  return usage;
}

}  // namespace kubus::kubelet
