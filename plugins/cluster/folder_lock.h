// FolderLock: one process at a time in what a folder stands for.
//
// Ownership: the lock is held as long as the object lives, and ends with its process at the latest.
// Thread safety: two threads exclude each other as two processes do; one object is one thread's.
//
// The folder itself is locked: no lock file is left behind, not even by a process that was killed.
#pragma once

#include <string>

#include "kubus/status.h"
#include "kubus/unique_fd.h"

namespace kubus::cluster {

class FolderLock {
 public:
  // Waits, without a limit, for whoever holds the lock. A folder that is removed meanwhile by its
  // last holder is not the one asked for: the lock is on what has the name when this returns.
  // kNotFound when there is no such folder; with `create` it is made.
  static Result<FolderLock> take(const std::string& folder, bool create);

 private:
  explicit FolderLock(UniqueFd fd) : fd_(std::move(fd)) {}

  UniqueFd fd_;
};

}  // namespace kubus::cluster
