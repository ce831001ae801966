// Upkeep: keeps the write-ahead log and the file small, in bounded steps between commits.
//
// Thread safety: none; it belongs to the writer's thread and connection.
#pragma once

#include <cstdint>

#include "kubus/status.h"
#include "sqlite.h"

namespace kubus::storage_sqlite {

class Upkeep {
 public:
  explicit Upkeep(Connection& connection);
  ~Upkeep();
  Upkeep(const Upkeep&) = delete;
  Upkeep& operator=(const Upkeep&) = delete;

  // Copies the log into the file when it has grown past its bound, or whenever `idle`. It blocks
  // neither readers nor is it blocked by them: what they still need waits for the next time.
  Status checkpoint(bool idle);
  // Log frames not yet copied.
  bool dirty() const { return frames_ > 0; }
  // Gives some free pages back to the file system; true when more should follow.
  Result<bool> vacuum();

 private:
  Connection& connection_;
  int frames_ = 0;
  int next_checkpoint_;
  bool shrinking_ = false;
};

}  // namespace kubus::storage_sqlite
