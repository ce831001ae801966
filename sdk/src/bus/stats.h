// Counters of what an instance serves, per method.
//
// Thread safety: none; on the node's loop.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace kubus::bus {

struct MethodCount {
  std::string service;
  std::string method;
  std::uint64_t calls = 0;
  std::uint64_t errors = 0;
  std::uint64_t items = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t total_us = 0;
  std::uint64_t max_us = 0;
};

}  // namespace kubus::bus
