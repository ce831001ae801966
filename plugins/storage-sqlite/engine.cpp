#include "engine.h"

#include <sys/stat.h>

#include "request_check.h"

namespace kubus::storage_sqlite {
namespace {

std::int64_t file_size(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? static_cast<std::int64_t>(info.st_size) : 0;
}

}  // namespace

Result<std::unique_ptr<Engine>> Engine::open(EngineOptions options) {
  auto lock = OwnerLock::take(options.path, options.wait_for_owner, options.cancel_wait);
  if (!lock.ok()) return lock.status();
  auto connection = open_writer(options.path);
  if (!connection.ok()) return connection.status();
  auto head = HeadTable(*connection).read();
  if (!head.ok()) return head.status();
  return std::unique_ptr<Engine>(
      new Engine(std::move(options), std::move(*lock), std::move(*connection), *head));
}

Engine::Engine(EngineOptions options, OwnerLock lock, Connection connection, Head head)
    : options_(std::move(options)),
      lock_(std::move(lock)),
      feed_(head.revision, options_.feed_bytes),
      readers_(options_.path, options_.readers) {
  WriterOptions writer{options_.path, options_.limits, options_.retention, options_.now,
                       options_.health};
  writer_ = std::make_unique<Writer>(std::move(writer), std::move(connection), head, feed_);
}

Engine::~Engine() { writer_->stop(); }

void Engine::finish() {
  writer_->finish([this] { lock_ = OwnerLock(); });
}

Result<storage::RangeResponse> Engine::range(const storage::RangeRequest& request) {
  auto reader = readers_.acquire();
  if (!reader.ok()) return reader.status();
  return (*reader)->range(request);
}

std::optional<Result<storage::RangeResponse>> Engine::try_range(
    const storage::RangeRequest& request) {
  auto reader = readers_.try_acquire();
  if (!reader) return std::nullopt;
  if (!reader->ok()) return reader->status();
  return (**reader)->range(request);
}

void Engine::txn(storage::TxnRequest request, Writer::TxnReply reply) {
  writer_->txn(std::move(request), std::move(reply));
}

void Engine::compact(std::int64_t revision, Writer::CompactReply reply) {
  writer_->compact(revision, std::move(reply));
}

Result<std::unique_ptr<Watch>> Engine::watch(const storage::WatchRequest& request,
                                             UniqueFunction<void()> wake) {
  KUBUS_TRY(check_watch(request));
  const auto compacted = writer_->state().head.compact_revision;
  if (request.start_revision() > 0 && request.start_revision() <= compacted)
    return expired(request.start_revision(), compacted);
  return std::make_unique<Watch>(feed_, readers_, KeyRange(request.key(), request.range_end()),
                                 request.previous(), request.start_revision(), std::move(wake));
}

storage::StatusResponse Engine::status() const {
  const auto state = writer_->state();
  storage::StatusResponse out;
  out.set_revision(state.head.revision);
  out.set_compact_revision(state.head.compact_revision);
  out.set_keys(state.head.keys);
  out.set_size_bytes(file_size(options_.path) + file_size(options_.path + "-wal"));
  out.set_writable(state.error.ok());
  out.set_error(state.error.message());
  return out;
}

}  // namespace kubus::storage_sqlite
