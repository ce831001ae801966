#include "figure.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <thread>

namespace kubus::bench {

void print_figure(std::string_view bench, std::string_view name, double value,
                  std::string_view unit) {
  constexpr double kGiB = 1024.0 * 1024 * 1024;
  const double memory = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) *
                        static_cast<double>(::sysconf(_SC_PAGESIZE)) / kGiB;
  std::printf(
      "{\"bench\":\"%.*s\",\"figure\":\"%.*s\",\"value\":%.3f,\"unit\":\"%.*s\","
      "\"build\":\"%s\",\"cores\":%u,\"memory_gib\":%.0f}\n",
      static_cast<int>(bench.size()), bench.data(), static_cast<int>(name.size()), name.data(),
      value, static_cast<int>(unit.size()), unit.data(), KUBUS_BENCH_BUILD,
      std::thread::hardware_concurrency(), std::ceil(memory));
  std::fflush(stdout);
}

double percentile(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size()));
  return values[std::min(at, values.size() - 1)];
}

}  // namespace kubus::bench
