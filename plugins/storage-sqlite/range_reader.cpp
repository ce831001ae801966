#include "range_reader.h"

#include "key_range.h"
#include "kubus/storage.pb.h"
#include "request_check.h"
#include "schema.h"

namespace kubus::storage_sqlite {
namespace {

constexpr const char* kRange = "key >= ?1 AND key < ?2";

Status damaged() {
  return Status(Code::kInternalError,
                "the store's file is damaged: a version is missing; restore it from a backup");
}

}  // namespace

RangeReader::RangeReader(Connection& connection)
    : count_(connection,
             std::string("SELECT count(*) FROM current WHERE version > 0 AND ") + kRange),
      keys_(connection, std::string("SELECT key, seq, create_revision, version FROM current "
                                    "WHERE version > 0 AND ") +
                            kRange + " ORDER BY key LIMIT ?3"),
      values_(connection,
              std::string("SELECT c.key, c.seq, c.create_revision, c.version, h.seq, h.value "
                          "FROM current c LEFT JOIN history h ON h.seq = c.seq "
                          "WHERE c.version > 0 AND c.key >= ?1 AND c.key < ?2 "
                          "ORDER BY c.key LIMIT ?3")),
      index_(connection,
             std::string("SELECT seq, version FROM current WHERE ") + kRange + " ORDER BY key"),
      version_(connection,
               "SELECT key, seq, create_revision, version, value FROM history WHERE seq = ?1"),
      link_(connection, "SELECT prev_seq, version FROM history WHERE seq = ?1") {}

Result<storage::RangeResponse> RangeReader::read(const storage::RangeRequest& request,
                                                 const Head& head) {
  KUBUS_TRY(check_revision(request.revision(), head));
  storage::RangeResponse out;
  out.set_revision(head.revision);
  const KeyRange range(request.key(), request.range_end());
  const bool now = request.revision() == 0 || request.revision() == head.revision;
  KUBUS_TRY(now ? read_now(request, range, &out) : read_at(request, range, &out));
  return out;
}

Status RangeReader::read_now(const storage::RangeRequest& request, const KeyRange& range,
                             storage::RangeResponse* out) {
  const auto limit = request.limit();
  if (!request.count_only()) {
    Statement& rows = request.keys_only() ? keys_ : values_;
    Walk walk(rows);
    rows.bind(1, range.from()).bind(2, range.to()).bind(3, limit > 0 ? limit + 1 : -1);
    while (true) {
      auto row = rows.step();
      if (!row.ok()) return row.status();
      if (!*row) break;
      if (limit > 0 && out->kvs_size() == limit) {
        out->set_more(true);
        break;
      }
      auto* kv = out->add_kvs();
      kv->set_key(std::string(rows.blob(0)));
      kv->set_mod_revision(revision_of(rows.integer(1)));
      kv->set_create_revision(rows.integer(2));
      kv->set_version(rows.integer(3));
      if (request.keys_only()) continue;
      if (rows.is_null(4)) return damaged();
      kv->set_value(std::string(rows.blob(5)));
    }
    out->set_count(out->kvs_size());
    if (!out->more()) return {};
  }
  Walk walk(count_);
  auto row = count_.bind(1, range.from()).bind(2, range.to()).step();
  if (!row.ok()) return row.status();
  out->set_count(count_.integer(0));
  return {};
}

Status RangeReader::read_at(const storage::RangeRequest& request, const KeyRange& range,
                            storage::RangeResponse* out) {
  std::int64_t count = 0;
  Walk walk(index_);
  index_.bind(1, range.from()).bind(2, range.to());
  while (true) {
    auto row = index_.step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    const auto newest = index_.integer(0);
    const bool unchanged = revision_of(newest) <= request.revision();
    if (unchanged && index_.integer(1) == 0) continue;
    auto seq = unchanged ? Result<std::int64_t>(newest) : version_at(newest, request.revision());
    if (!seq.ok()) return seq.status();
    if (*seq == 0) continue;
    ++count;
    if (request.count_only()) continue;
    if (request.limit() > 0 && out->kvs_size() == request.limit()) {
      out->set_more(true);
      continue;
    }
    auto* kv = out->add_kvs();
    auto found = version(*seq, kv);
    if (!found.ok()) return found.status();
    if (!*found) return damaged();
    if (request.keys_only()) kv->clear_value();
  }
  out->set_count(count);
  return {};
}

Result<std::int64_t> RangeReader::version_at(std::int64_t seq, std::int64_t revision) {
  while (seq != 0) {
    Walk walk(link_);
    auto row = link_.bind(1, seq).step();
    if (!row.ok()) return row.status();
    if (!*row) return std::int64_t{0};
    if (revision_of(seq) <= revision) return link_.integer(1) > 0 ? seq : 0;
    seq = link_.integer(0);
  }
  return std::int64_t{0};
}

Result<bool> RangeReader::version(std::int64_t seq, storage::KeyValue* out) {
  if (seq == 0) return false;
  Walk walk(version_);
  auto row = version_.bind(1, seq).step();
  if (!row.ok()) return row.status();
  if (!*row || version_.integer(3) == 0) return false;
  out->set_key(std::string(version_.blob(0)));
  out->set_mod_revision(revision_of(seq));
  out->set_create_revision(version_.integer(2));
  out->set_version(version_.integer(3));
  out->set_value(std::string(version_.blob(4)));
  return true;
}

}  // namespace kubus::storage_sqlite
