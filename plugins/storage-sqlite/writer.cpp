#include "writer.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "compactor.h"
#include "txn_executor.h"
#include "upkeep.h"

namespace kubus::storage_sqlite {
namespace {

constexpr std::size_t kMaxGroup = 1024;
constexpr std::size_t kMaxGroupBytes = 8 * 1024 * 1024;
constexpr std::size_t kMaxWaiting = 16 * 1024;
constexpr std::size_t kMaxWaitingBytes = 64 * 1024 * 1024;
constexpr int kCompactionRows = 1000;
// After so long without a write the log is copied into the file.
constexpr auto kIdle = std::chrono::seconds(3);

Status closing() { return Status(Code::kDraining, "the store is closing"); }

}  // namespace

struct Writer::Store {
  explicit Store(Connection opened)
      : connection(std::move(opened)),
        head(connection),
        executor(connection),
        compactor(connection),
        upkeep(connection) {}

  Connection connection;
  HeadTable head;
  TxnExecutor executor;
  Compactor compactor;
  Upkeep upkeep;
};

Writer::Writer(WriterOptions options, Connection connection, Head head, Feed& feed)
    : options_(std::move(options)),
      feed_(feed),
      store_(std::make_unique<Store>(std::move(connection))),
      head_(head),
      retention_(options_.retention) {
  state_.head = head;
  if (head.revision > head.compact_revision) retention_.note(options_.now(), head.revision);
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "storage-writer");
}

Writer::~Writer() { stop(); }

void Writer::txn(storage::TxnRequest request, TxnReply reply) {
  if (Status checked = check_txn(request, options_.limits); !checked.ok())
    return reply(std::move(checked));
  Pending pending;
  pending.bytes = request.ByteSizeLong();
  pending.request = std::move(request);
  Status refused;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      refused = closing();
    } else if (txns_.size() >= kMaxWaiting || waiting_bytes_ > kMaxWaitingBytes) {
      refused = Status(Code::kTooManyRequests, "too many writes are waiting for the disk");
    } else {
      waiting_bytes_ += pending.bytes;
      pending.reply = std::move(reply);
      txns_.push_back(std::move(pending));
    }
  }
  if (!refused.ok()) return reply(std::move(refused));
  wanted_.notify_one();
}

void Writer::compact(std::int64_t revision, CompactReply reply) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      compacts_.push_back({revision, std::move(reply)});
      wanted_.notify_one();
      return;
    }
  }
  reply(closing());
}

void Writer::set_retention(Retention::Policy policy) {
  const std::lock_guard lock(mutex_);
  new_policy_ = policy;
  poked_ = true;
  wanted_.notify_one();
}

void Writer::poke() {
  const std::lock_guard lock(mutex_);
  poked_ = true;
  wanted_.notify_one();
}

void Writer::finish(UniqueFunction<void()> closed) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(stopping_, true)) return;
  closed_ = std::move(closed);
  wanted_.notify_one();
}

void Writer::stop() {
  finish(nullptr);
  if (thread_.joinable()) thread_.join();
}

Writer::State Writer::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void Writer::run() {
  bool busy = true;
  while (true) {
    Work work = wait(busy);
    if (!work.txns.empty()) commit(work.txns);
    answer(work.compacts);
    if (work.stopping && work.txns.empty() && work.compacts.empty()) break;
    busy = maintain();
  }
  if (store_) (void)store_->upkeep.checkpoint(true);
  store_.reset();
  feed_.close();
  UniqueFunction<void()> closed;
  {
    const std::lock_guard lock(mutex_);
    closed = std::move(closed_);
  }
  if (closed) closed();
}

bool Writer::ready_to_work(bool busy) const {
  return busy || stopping_ || poked_ || !txns_.empty() || !compacts_.empty();
}

std::optional<Retention::Time> Writer::deadline() const {
  // Until a write has shown that the disk is well again, there is nothing to wake up for.
  if (maintenance_failed_ || !store_) return std::nullopt;
  auto when = retention_.deadline();
  if (!tried_idle_checkpoint_ && (!when || last_commit_ + kIdle < *when))
    when = last_commit_ + kIdle;
  return when;
}

Writer::Work Writer::wait(bool busy) {
  std::unique_lock lock(mutex_);
  const auto ready = [&] { return ready_to_work(busy); };
  if (const auto until = deadline())
    // The deadline is in the clock of the options, which a test may turn: only its distance counts.
    wanted_.wait_for(lock, *until - options_.now(), ready);
  else
    wanted_.wait(lock, ready);
  poked_ = false;
  if (new_policy_) retention_.set_policy(*std::exchange(new_policy_, std::nullopt));
  Work work;
  work.stopping = stopping_;
  work.compacts = std::move(compacts_);
  compacts_.clear();
  std::size_t count = 0;
  for (std::size_t bytes = 0; count < std::min(txns_.size(), kMaxGroup); ++count) {
    bytes += txns_[count].bytes;
    if (count > 0 && bytes > kMaxGroupBytes) break;
    waiting_bytes_ -= txns_[count].bytes;
  }
  if (count == txns_.size()) {
    work.txns.swap(txns_);
  } else {
    const auto end = txns_.begin() + static_cast<std::ptrdiff_t>(count);
    work.txns.assign(std::make_move_iterator(txns_.begin()), std::make_move_iterator(end));
    txns_.erase(txns_.begin(), end);
  }
  return work;
}

Status Writer::ensure_store() {
  if (store_) return {};
  auto connection = open_writer(options_.path);
  if (!connection.ok()) return connection.status();
  auto store = std::make_unique<Store>(std::move(*connection));
  auto head = store->head.read();
  if (!head.ok()) return head.status();
  if (head->revision < head_.revision)
    return Status(
        Code::kInternalError,
        "the store's file was replaced by an older one while in use; restart to accept it");
  store_ = std::move(store);
  if (head->revision != head_.revision) feed_.jump(head->revision);
  head_ = *head;
  return {};
}

void Writer::commit(std::vector<Pending>& group) {
  std::vector<Pending*> all;
  all.reserve(group.size());
  for (auto& pending : group) all.push_back(&pending);
  if (!commit_group(all).ok() && all.size() > 1)
    for (auto* pending : all) (void)commit_group({pending});
  last_commit_ = options_.now();
  tried_idle_checkpoint_ = false;
  maintenance_failed_ = false;
  retention_.note(last_commit_, head_.revision);
  for (auto& pending : group) pending.reply(std::move(pending.result));
}

Status Writer::fail(Status why) {
  if (store_) {
    const bool keep = store_->connection.ran_out_of_space();
    store_->connection.rollback();
    if (!keep) store_.reset();
  }
  note(head_, why);
  return why;
}

Status Writer::commit_group(const std::vector<Pending*>& group) {
  Head head;
  std::vector<RevisionPtr> revisions;
  Status done = ensure_store();
  if (done.ok()) {
    head = head_;
    done = store_->connection.exec("BEGIN IMMEDIATE");
  }
  if (done.ok()) done = execute(group, &head, &revisions);
  if (done.ok() && !revisions.empty()) done = store_->head.write(head);
  if (done.ok()) done = store_->connection.exec("COMMIT");
  if (!done.ok()) {
    if (done.code() == Code::kRequestEntityTooLarge)
      store_->connection.rollback();
    else
      done = fail(std::move(done));
    for (auto* pending : group) pending->result = done;
    return done;
  }
  if (revisions.empty()) return {};
  head_ = head;
  note(head, {});
  feed_.publish(revisions);
  return {};
}

Status Writer::execute(const std::vector<Pending*>& group, Head* head,
                       std::vector<RevisionPtr>* revisions) {
  const bool with_previous = feed_.wants_previous();
  for (auto* pending : group) {
    auto written = std::make_shared<Revision>();
    written->with_previous = with_previous;
    auto outcome = store_->executor.apply(pending->request, head, written.get());
    if (!outcome.clean) return outcome.result.status();
    pending->result = std::move(outcome.result);
    if (!written->events.empty()) revisions->push_back(std::move(written));
  }
  return {};
}

void Writer::answer(std::vector<PendingCompact>& requests) {
  for (auto& request : requests) {
    Status done;
    if (request.revision > head_.revision)
      done = check_revision(request.revision, head_);
    else if (request.revision <= head_.compact_revision)
      done = expired(request.revision, head_.compact_revision);
    else
      done = compact_to(request.revision);
    if (done.ok())
      request.reply(head_.compact_revision);
    else
      request.reply(std::move(done));
  }
}

Status Writer::compact_to(std::int64_t revision) {
  KUBUS_TRY(ensure_store());
  Head head = head_;
  head.compact_revision = revision;
  if (Status written = store_->head.write(head); !written.ok()) return fail(std::move(written));
  head_ = head;
  note(head, {});
  feed_.compacted();
  return {};
}

Status Writer::compaction_step() {
  Head head = head_;
  KUBUS_TRY(store_->connection.exec("BEGIN IMMEDIATE"));
  KUBUS_TRY(store_->compactor.step(kCompactionRows, &head));
  KUBUS_TRY(store_->head.write(head));
  KUBUS_TRY(store_->connection.exec("COMMIT"));
  head_ = head;
  vacuum_due_ = !Compactor::pending(head_);
  return {};
}

bool Writer::maintain() {
  if (maintenance_failed_ || !store_) return false;
  const auto now = options_.now();
  Status done;
  if (const auto due = retention_.due(now, head_.compact_revision, head_.revision))
    done = compact_to(*due);
  if (done.ok() && Compactor::pending(head_)) done = compaction_step();
  const bool idle = !tried_idle_checkpoint_ && now - last_commit_ >= kIdle;
  if (idle) tried_idle_checkpoint_ = true;
  if (done.ok() && store_) done = store_->upkeep.checkpoint(idle);
  bool more = Compactor::pending(head_);
  if (done.ok() && !more && vacuum_due_) {
    auto shrinking = store_->upkeep.vacuum();
    if (!shrinking.ok()) done = shrinking.status();
    vacuum_due_ = shrinking.ok() && *shrinking;
    more = vacuum_due_;
  }
  if (done.ok()) return more;
  (void)fail(std::move(done));
  maintenance_failed_ = true;
  return false;
}

void Writer::note(const Head& head, const Status& error) {
  bool changed = false;
  {
    const std::lock_guard lock(mutex_);
    changed = state_.error.ok() != error.ok();
    state_.head = head;
    state_.error = error;
  }
  if (changed && options_.health) options_.health(error);
}

}  // namespace kubus::storage_sqlite
