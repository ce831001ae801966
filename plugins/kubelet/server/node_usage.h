// What the whole machine uses, as the kernel counts it.
//
// Thread safety: reads files of /proc; otherwise pure.
#pragma once

#include <cstdint>

#include "kubus/runtime.h"

namespace kubus::kubelet {

struct NodeUsage {
  std::int64_t started_at = 0;  // nanoseconds since 1970
  runtime::CpuStats cpu;
  runtime::MemoryStats memory;
  std::uint64_t swap_bytes = 0;  // in use
};
NodeUsage read_node_usage();

// Nanoseconds as seconds.
inline double seconds_of(double nanoseconds) { return nanoseconds / 1e9; }

}  // namespace kubus::kubelet
