// What a process holds.
//
// Thread safety: pure functions.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <vector>

namespace kubus::testing {

// A build with a sanitizer keeps every library mapped, and needs more of everything.
#ifdef KUBUS_NO_DLCLOSE
inline constexpr bool kInstrumented = true;
#else
inline constexpr bool kInstrumented = false;
#endif

// Lines of /proc/<pid>/maps, descriptors, threads, and resident memory.
struct Usage {
  std::size_t mappings = 0;
  std::size_t plugin_mappings = 0;
  std::size_t descriptors = 0;
  std::size_t threads = 0;
  std::size_t resident_kb = 0;
};
Usage usage_of(pid_t pid);
// The processes whose parent is `pid`.
std::vector<pid_t> children_of(pid_t pid);

}  // namespace kubus::testing
