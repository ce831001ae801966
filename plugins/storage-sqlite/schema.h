// The file format of the store, and how connections to it are opened.
//
// Thread safety: free functions, any thread.
//
// `history` holds every version that is still remembered, in the order of its making: seq is the
// revision and, in the low 20 bits, the place within its transaction. `current` is the small index
// of each key's newest version; a deleted key stays in it, with version 0, until its deletion is
// compacted. Each version points at the one it replaced, so neither an old state nor a previous
// value needs an index over history.
#pragma once

#include <cstdint>
#include <string>

#include "kubus/status.h"
#include "sqlite.h"

namespace kubus::storage_sqlite {

inline constexpr std::int64_t kSchemaVersion = 1;
inline constexpr int kSeqBits = 20;
inline constexpr std::int64_t kMaxChangesPerTxn = (std::int64_t{1} << kSeqBits) - 1;

inline std::int64_t first_seq(std::int64_t revision) { return revision << kSeqBits; }
inline std::int64_t revision_of(std::int64_t seq) { return seq >> kSeqBits; }

// The store's counters, kept in one row.
struct Head {
  std::int64_t revision = 0;
  std::int64_t compact_revision = 0;  // reads older than this are refused
  std::int64_t compacted_seq = 0;     // how far the removal of versions has come
  std::int64_t keys = 0;
};

// Opens the file for the one writer: creates it (mode 0600), migrates an older format, refuses a
// newer one, a foreign file and a damaged one with a text that says so.
Result<Connection> open_writer(const std::string& path);
Result<Connection> open_reader(const std::string& path);

// Reads and writes the counters on a connection.
class HeadTable {
 public:
  explicit HeadTable(Connection& connection);
  Result<Head> read();
  Status write(const Head& head);

 private:
  Statement read_;
  Statement write_;
};

}  // namespace kubus::storage_sqlite
