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
  {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [this] { return !free_.empty() || open_ < limit_; });
    if (!free_.empty()) {
      auto reader = std::move(free_.back());
      free_.pop_back();
      return Lease(*this, std::move(reader));
    }
    ++open_;
  }
  auto connection = open_reader(path_);
  if (!connection.ok()) {
    const std::lock_guard lock(mutex_);
    --open_;
    returned_.notify_one();
    return connection.status();
  }
  return Lease(*this, std::make_unique<Reader>(std::move(*connection)));
}

bool Readers::idle() const {
  const std::lock_guard lock(mutex_);
  return !free_.empty() || open_ < limit_;
}

void Readers::give_back(std::unique_ptr<Reader> reader) {
  const std::lock_guard lock(mutex_);
  free_.push_back(std::move(reader));
  returned_.notify_one();
}

}  // namespace kubus::storage_sqlite
