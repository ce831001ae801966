// How the programs of this folder report: one line of JSON per figure, with what it was measured
// on.
//
// Thread safety: free functions; print from one thread.
#pragma once

#include <string_view>
#include <vector>

namespace kubus::bench {

void print_figure(std::string_view bench, std::string_view name, double value,
                  std::string_view unit);

// The value below which `share` (0 to 1) of the values lie; 0 of none. Sorts them.
double percentile(std::vector<double>& values, double share);

}  // namespace kubus::bench
