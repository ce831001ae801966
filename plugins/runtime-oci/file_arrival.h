// FileArrival: waits for a file that another program writes.
//
// Thread safety: one thread at a time. wait() blocks: pool threads only.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "files.h"

namespace kubus::runtime_oci {

class FileArrival {
 public:
  // From now on, in `directory`.
  static Result<FileArrival> watch(const std::string& directory);
  // True once a file `name` has been written and closed, or moved in, since watch(); false when
  // `patience` ends or the descriptor `end` becomes readable before.
  bool wait(std::string_view name, std::chrono::milliseconds patience, int end);

 private:
  explicit FileArrival(UniqueFd inotify) : inotify_(std::move(inotify)) {}
  bool read_events(std::string_view name);

  UniqueFd inotify_;
};

}  // namespace kubus::runtime_oci
