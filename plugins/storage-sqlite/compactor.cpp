#include "compactor.h"

#include <string>
#include <vector>

namespace kubus::storage_sqlite {

Compactor::Compactor(Connection& connection)
    : region_(connection,
              "SELECT seq, prev_seq, version, key FROM history "
              "WHERE seq > ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3"),
      forget_version_(connection, "DELETE FROM history WHERE seq = ?1"),
      forget_key_(connection, "DELETE FROM current WHERE key = ?1 AND seq = ?2") {}

Status Compactor::step(int rows, Head* head) {
  struct Row {
    std::int64_t seq;
    std::int64_t prev_seq;
    bool deletion;
    std::string key;
  };
  const auto last = first_seq(head->compact_revision + 1) - 1;
  std::vector<Row> region;
  {
    Walk walk(region_);
    region_.bind(1, head->compacted_seq).bind(2, last).bind(3, rows);
    while (true) {
      auto row = region_.step();
      if (!row.ok()) return row.status();
      if (!*row) break;
      const bool deletion = region_.integer(2) == 0;
      region.push_back({region_.integer(0), region_.integer(1), deletion,
                        deletion ? std::string(region_.blob(3)) : std::string()});
    }
  }
  for (const auto& row : region) {
    // Each version up to the compacted revision makes the one before it unreachable; a deletion
    // leaves nothing behind at all.
    if (row.prev_seq != 0) KUBUS_TRY(forget_version_.bind(1, row.prev_seq).run());
    if (!row.deletion) continue;
    KUBUS_TRY(forget_version_.bind(1, row.seq).run());
    KUBUS_TRY(forget_key_.bind(1, row.key).bind(2, row.seq).run());
  }
  const bool finished = region.size() < static_cast<std::size_t>(rows);
  head->compacted_seq = finished ? last : region.back().seq;
  return {};
}

}  // namespace kubus::storage_sqlite
