// What the processes of a cluster use.
//
// Thread safety: free functions. What fails throws.
#pragma once

#include <cstddef>
#include <string>

namespace kubus::bench {

struct Use {
  double pss_kb = 0;
  double cpu_seconds = 0;
  std::size_t processes = 0;
};

// Of all processes in a network namespace, by its file.
Use use_of(const std::string& netns);

}  // namespace kubus::bench
