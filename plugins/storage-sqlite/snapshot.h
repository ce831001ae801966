// Snapshot: a consistent copy of the whole store, taken while it is in use.
//
// Thread safety: none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "kubus/status.h"

namespace kubus::storage_sqlite {

class Snapshot {
 public:
  Snapshot(Snapshot&& other) noexcept;
  Snapshot& operator=(Snapshot&&) = delete;
  ~Snapshot();  // frees the copy's space

  // Copies the store at `path` into a nameless file beside it. Blocks on the disk; writers go on.
  static Result<Snapshot> take(const std::string& path);

  std::uint64_t size() const { return size_; }
  // The next piece, of at most `limit` bytes; empty at the end.
  Result<std::string> next(std::size_t limit);

 private:
  Snapshot(int fd, std::uint64_t size) : fd_(fd), size_(size) {}
  int fd_;
  std::uint64_t size_;
  std::uint64_t offset_ = 0;
};

}  // namespace kubus::storage_sqlite
