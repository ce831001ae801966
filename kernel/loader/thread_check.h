// Finds threads that would run code of a file about to be unmapped.
//
// Thread safety: reads the stacks of other threads while they run, without touching them.
#pragma once

#include <cstddef>
#include <string>

namespace kubus::kernel {

// How many other threads of this process have code of `path` among their outermost calls: those
// that a plugin started by itself and did not join.
std::size_t threads_inside(const std::string& path);

}  // namespace kubus::kernel
