#include "history_reader.h"

#include "key_range.h"
#include "range_reader.h"
#include "request_check.h"

namespace kubus::storage_sqlite {
namespace {

constexpr std::size_t kMaxPageBytes = 1024 * 1024;
constexpr int kMaxPageRows = 4096;

}  // namespace

HistoryReader::HistoryReader(Connection& connection)
    : connection_(connection),
      head_(connection),
      rows_(connection,
            "SELECT seq, key, prev_seq, create_revision, version, value FROM history "
            "WHERE seq >= ?1 AND seq < ?2 ORDER BY seq") {}

Result<HistoryReader::Page> HistoryReader::read(const KeyRange& range, bool previous,
                                                std::int64_t next, std::size_t limit,
                                                RangeReader& versions) {
  KUBUS_TRY(connection_.exec("BEGIN"));
  Page page;
  const Status done = walk(range, previous, next, limit, versions, &page);
  connection_.rollback();
  if (!done.ok()) return done;
  return page;
}

Status HistoryReader::walk(const KeyRange& range, bool previous, std::int64_t next,
                           std::size_t limit, RangeReader& versions, Page* page) {
  auto head = head_.read();
  if (!head.ok()) return head.status();
  if (next <= head->compact_revision) return expired(next, head->compact_revision);
  page->seen = next - 1;
  std::size_t bytes = 0;
  int looked_at = 0;
  Walk walk(rows_);
  rows_.bind(1, first_seq(next)).bind(2, first_seq(head->revision + 1));
  while (true) {
    auto row = rows_.step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    const auto seq = rows_.integer(0);
    const auto revision = revision_of(seq);
    if (revision != page->seen) {
      // Only between revisions: one revision is one message.
      if (page->responses.size() >= limit || bytes > kMaxPageBytes || looked_at >= kMaxPageRows)
        return {};
      page->seen = revision;
    }
    ++looked_at;
    if (!range.contains(rows_.blob(1))) continue;
    if (page->responses.empty() || page->responses.back().revision() != revision)
      page->responses.emplace_back().set_revision(revision);
    bytes += rows_.blob(5).size() + 64;
    KUBUS_TRY(add_event(seq, previous, versions, &page->responses.back()));
  }
  page->seen = head->revision;
  return {};
}

Status HistoryReader::add_event(std::int64_t seq, bool previous, RangeReader& versions,
                                storage::WatchResponse* out) {
  auto* event = out->add_events();
  auto* kv = event->mutable_kv();
  kv->set_key(std::string(rows_.blob(1)));
  kv->set_mod_revision(revision_of(seq));
  if (rows_.integer(4) > 0) {
    kv->set_create_revision(rows_.integer(3));
    kv->set_version(rows_.integer(4));
    kv->set_value(std::string(rows_.blob(5)));
  } else {
    event->set_type(storage::WatchEvent::DELETE);
  }
  if (!previous || rows_.integer(2) == 0) return {};
  storage::KeyValue old;
  auto found = versions.version(rows_.integer(2), &old);
  if (!found.ok()) return found.status();
  if (*found) *event->mutable_previous() = std::move(old);
  return {};
}

}  // namespace kubus::storage_sqlite
