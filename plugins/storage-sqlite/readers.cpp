#include "readers.h"

#include "request_check.h"

namespace kubus::storage_sqlite {

Result<storage::RangeResponse> Reader::range(const storage::RangeRequest& request) {
  KUBUS_TRY(check_range(request));
  KUBUS_TRY(connection.exec("BEGIN"));
  auto now = head.read();
  Result<storage::RangeResponse> out =
      now.ok() ? ranges.read(request, *now) : Result<storage::RangeResponse>(now.status());
  connection.rollback();
  return out;
}

Readers::Readers(std::string path, std::size_t limit) : path_(std::move(path)), limit_(limit) {}

Result<Readers::Lease> Readers::acquire() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [this] { return !free_.empty() || open_ < limit_; });
  return take(std::move(lock));
}

std::optional<Result<Readers::Lease>> Readers::try_acquire() {
  std::unique_lock lock(mutex_);
  if (free_.empty() && open_ >= limit_) return std::nullopt;
  return take(std::move(lock));
}

Result<Readers::Lease> Readers::take(std::unique_lock<std::mutex> lock) {
  if (!free_.empty()) {
    auto reader = std::move(free_.back());
    free_.pop_back();
    return Lease(*this, std::move(reader));
  }
  ++open_;
  lock.unlock();
  auto connection = open_reader(path_);
  if (connection.ok()) return Lease(*this, std::make_unique<Reader>(std::move(*connection)));
  lock.lock();
  --open_;
  returned_.notify_one();
  return connection.status();
}

void Readers::give_back(std::unique_ptr<Reader> reader) {
  const std::lock_guard lock(mutex_);
  free_.push_back(std::move(reader));
  returned_.notify_one();
}

}  // namespace kubus::storage_sqlite
