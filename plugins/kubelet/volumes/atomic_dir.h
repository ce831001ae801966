// AtomicDir: a directory of small files that changes as a whole: readers see all of the old or all
// of the new. The layout is the reference's (..data is a link to a timestamped directory).
//
// Thread safety: one writer at a time for each directory.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "kubus/status.h"

namespace kubus::kubelet {

struct FileContent {
  std::string data;
  std::uint32_t mode = 0644;
  std::int64_t owner = -1;  // -1: the node agent's
};
// By path relative to the directory; subdirectories are made.
using Payload = std::map<std::string, FileContent>;

// Makes `dir` show exactly `payload`. Does nothing when it does already. kInvalid for a path that
// is absolute or leaves the directory.
Status write_atomically(const std::string& dir, const Payload& payload, std::int64_t group = -1);

}  // namespace kubus::kubelet
