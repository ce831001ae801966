// OwnerLock: one writer per store, across processes and across generations of this plugin.
//
// Thread safety: none.
//
// A lock on a file beside the store. (Never open the store's own file by hand: closing it again
// would drop the locks that SQLite holds on it in this process.)
#pragma once

#include <stop_token>
#include <string>

#include "kubus/status.h"

namespace kubus::storage_sqlite {

class OwnerLock {
 public:
  OwnerLock() = default;
  OwnerLock(OwnerLock&& other) noexcept;
  OwnerLock& operator=(OwnerLock&& other) noexcept;
  ~OwnerLock();

  // kServiceUnavailable when another owns `path`, unless `wait`: then it is waited for until
  // `cancelled`. Waiting is for the moments in which a predecessor drains.
  static Result<OwnerLock> take(const std::string& path, bool wait, std::stop_token cancelled);

 private:
  explicit OwnerLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace kubus::storage_sqlite
