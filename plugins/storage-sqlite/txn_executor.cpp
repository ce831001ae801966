#include "txn_executor.h"

#include <utility>

#include "key_range.h"
#include "request_check.h"

namespace kubus::storage_sqlite {
namespace {

template <class T>
bool related(storage::Compare::Result relation, const T& left, const T& right) {
  switch (relation) {
    case storage::Compare::GREATER:
      return left > right;
    case storage::Compare::LESS:
      return left < right;
    case storage::Compare::NOT_EQUAL:
      return left != right;
    default:
      return left == right;
  }
}

}  // namespace

TxnExecutor::TxnExecutor(Connection& connection)
    : reader_(connection),
      find_(connection, "SELECT seq, create_revision, version FROM current WHERE key = ?1"),
      victims_(connection,
               "SELECT key, seq, create_revision, version FROM current "
               "WHERE version > 0 AND key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3"),
      append_(connection, "INSERT INTO history VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
      index_(connection, "REPLACE INTO current VALUES (?1, ?2, ?3, ?4)") {}

TxnExecutor::Outcome TxnExecutor::apply(const storage::TxnRequest& request, Head* head,
                                        Revision* written) {
  bool succeeded = true;
  for (const auto& compare : request.compare()) {
    auto held = holds(compare);
    if (!held.ok()) return {held.status(), true};
    if (!*held) {
      succeeded = false;
      break;
    }
  }
  if (Status ranges = check_ranges(request, succeeded, *head); !ranges.ok())
    return {std::move(ranges), true};
  storage::TxnResponse response;
  response.set_succeeded(succeeded);
  revision_ = head->revision + 1;
  keys_delta_ = 0;
  written_ = written;
  for (const auto& operation : succeeded ? request.success() : request.failure()) {
    Status done = operate(operation, *head, response.add_results());
    if (!done.ok()) return {std::move(done), false};
  }
  if (!written->events.empty()) {
    head->revision = revision_;
    head->keys += keys_delta_;
    written->number = revision_;
    for (const auto& event : written->events)
      written->bytes += event.kv().key().size() + event.kv().value().size() +
                        event.previous().value().size() + 256;
  }
  response.set_revision(head->revision);
  return {std::move(response), true};
}

Result<bool> TxnExecutor::holds(const storage::Compare& compare) {
  auto found = find(compare.key());
  if (!found.ok()) return found.status();
  const bool live = found->version > 0;
  switch (compare.target()) {
    case storage::Compare::CREATE_REVISION:
      return related(compare.result(), live ? found->create_revision : 0, compare.number());
    case storage::Compare::VERSION:
      return related(compare.result(), found->version, compare.number());
    case storage::Compare::VALUE: {
      // As in etcd: nothing can be said of the value of an absent key.
      storage::KeyValue kv;
      auto present = reader_.version(live ? found->seq : 0, &kv);
      if (!present.ok()) return present.status();
      return *present && related(compare.result(), kv.value(), compare.value());
    }
    default:
      return related(compare.result(), live ? revision_of(found->seq) : 0, compare.number());
  }
}

Status TxnExecutor::check_ranges(const storage::TxnRequest& request, bool succeeded,
                                 const Head& head) {
  for (const auto& operation : succeeded ? request.success() : request.failure())
    if (operation.has_range()) KUBUS_TRY(check_revision(operation.range().revision(), head));
  return {};
}

Result<TxnExecutor::Version> TxnExecutor::find(const std::string& key) {
  Walk walk(find_);
  auto row = find_.bind(1, key).step();
  if (!row.ok()) return row.status();
  if (!*row) return Version{};
  return Version{find_.integer(0), find_.integer(1), find_.integer(2)};
}

Status TxnExecutor::operate(const storage::Operation& operation, const Head& head,
                            storage::OperationResult* result) {
  if (operation.has_put()) return put(operation.put());
  if (operation.has_delete_()) return remove(operation.delete_(), result);
  Head seen = head;
  if (!written_->events.empty()) seen.revision = revision_;
  auto range = reader_.read(operation.range(), seen);
  if (!range.ok()) return range.status();
  *result->mutable_range() = std::move(*range);
  return {};
}

Status TxnExecutor::put(const storage::Operation::Put& put) {
  auto old = find(put.key());
  if (!old.ok()) return old.status();
  Version now;
  now.create_revision = old->version > 0 ? old->create_revision : revision_;
  now.version = old->version + 1;
  auto& event = written_->events.emplace_back();
  event.mutable_kv()->set_key(put.key());
  event.mutable_kv()->set_value(put.value());
  event.mutable_kv()->set_create_revision(now.create_revision);
  event.mutable_kv()->set_mod_revision(revision_);
  event.mutable_kv()->set_version(now.version);
  if (old->version == 0) {
    ++keys_delta_;
  } else if (written_->with_previous) {
    auto previous = reader_.version(old->seq, event.mutable_previous());
    if (!previous.ok()) return previous.status();
  }
  return write_version(put.key(), *old, now, &put.value());
}

Status TxnExecutor::remove(const storage::Operation::Delete& request,
                           storage::OperationResult* result) {
  const KeyRange range(request.key(), request.range_end());
  std::vector<std::pair<std::string, Version>> victims;
  const auto room = kMaxChangesPerTxn - static_cast<std::int64_t>(written_->events.size());
  {
    Walk walk(victims_);
    victims_.bind(1, range.from()).bind(2, range.to()).bind(3, room + 1);
    while (true) {
      auto row = victims_.step();
      if (!row.ok()) return row.status();
      if (!*row) break;
      victims.emplace_back(std::string(victims_.blob(0)),
                           Version{victims_.integer(1), victims_.integer(2), victims_.integer(3)});
    }
  }
  if (static_cast<std::int64_t>(victims.size()) > room)
    return Status(Code::kRequestEntityTooLarge, "a transaction deletes too many keys at once");
  for (const auto& [key, version] : victims)
    KUBUS_TRY(
        remove_one(key, version, request.return_previous() ? result->add_previous() : nullptr));
  result->set_deleted(static_cast<std::int64_t>(victims.size()));
  return {};
}

Status TxnExecutor::remove_one(const std::string& key, const Version& old,
                               storage::KeyValue* previous) {
  auto& event = written_->events.emplace_back();
  event.set_type(storage::WatchEvent::DELETE);
  event.mutable_kv()->set_key(key);
  event.mutable_kv()->set_mod_revision(revision_);
  if (written_->with_previous) {
    auto read = reader_.version(old.seq, event.mutable_previous());
    if (!read.ok()) return read.status();
    if (previous != nullptr) *previous = event.previous();
  } else if (previous != nullptr) {
    auto read = reader_.version(old.seq, previous);
    if (!read.ok()) return read.status();
  }
  --keys_delta_;
  return write_version(key, old, Version{}, nullptr);
}

Status TxnExecutor::write_version(const std::string& key, const Version& old, const Version& now,
                                  const std::string* value) {
  const auto seq = first_seq(revision_) + static_cast<std::int64_t>(written_->events.size()) - 1;
  append_.bind(1, seq).bind(2, old.seq).bind(3, now.create_revision).bind(4, now.version);
  append_.bind(5, key);
  if (value != nullptr)
    append_.bind(6, *value);
  else
    append_.bind_null(6);
  KUBUS_TRY(append_.run());
  return index_.bind(1, key).bind(2, seq).bind(3, now.create_revision).bind(4, now.version).run();
}

}  // namespace kubus::storage_sqlite
