// What became of the health checks, for /metrics/slis: the last outcome of each and how often it
// was what.
//
// Thread safety: all functions from any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace kubus::apiserver {

class Slis {
 public:
  // `type`: the endpoint that asked, as "livez".
  void observe(std::string_view name, std::string_view type, bool well);
  // In the text format of Prometheus.
  std::string text() const;

 private:
  struct Outcomes {
    bool well = false;
    std::uint64_t errors = 0, successes = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Outcomes> checks_;  // by name and type
};

}  // namespace kubus::apiserver
