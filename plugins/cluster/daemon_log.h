// What kubusd said of its own end.
//
// Thread safety: a pure function on the file system.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kubus::cluster {

// The last few errors of its log behind byte `from`, oldest first: records of that level, and what
// is no record at all (it could not start, or a library spoke).
std::vector<std::string> last_errors(const std::string& log_file, std::uintmax_t from);

}  // namespace kubus::cluster
