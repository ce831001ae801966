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
};
NodeUsage read_node_usage();

}  // namespace kubus::kubelet
