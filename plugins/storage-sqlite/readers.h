// Readers: a few read-only connections, lent out one caller at a time.
//
// Thread safety: all members from any thread. No reader ever waits for the writer, nor it for them.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "history_reader.h"
#include "kubus/status.h"
#include "range_reader.h"
#include "schema.h"
#include "sqlite.h"

namespace kubus::storage_sqlite {

// A connection with its prepared statements.
struct Reader {
  explicit Reader(Connection opened)
      : connection(std::move(opened)), head(connection), ranges(connection), history(connection) {}

  // One Range in a transaction of its own.
  Result<storage::RangeResponse> range(const storage::RangeRequest& request);

  Connection connection;
  HeadTable head;
  RangeReader ranges;
  HistoryReader history;
};

class Readers {
 public:
  Readers(std::string path, std::size_t limit);

  // Gives its reader back when destroyed.
  class Lease {
   public:
    Lease(Readers& owner, std::unique_ptr<Reader> reader)
        : owner_(&owner), reader_(std::move(reader)) {}
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (reader_) owner_->give_back(std::move(reader_));
    }
    Reader* operator->() const { return reader_.get(); }

   private:
    Readers* owner_;
    std::unique_ptr<Reader> reader_;
  };

  // Waits for one when all are lent. Fails only if a new connection cannot be opened.
  Result<Lease> acquire();
  // None when all are lent.
  std::optional<Result<Lease>> try_acquire();

 private:
  // Takes a free one, or opens one more. The caller has seen that one of the two is possible.
  Result<Lease> take(std::unique_lock<std::mutex> lock);
  void give_back(std::unique_ptr<Reader> reader);

  const std::string path_;
  const std::size_t limit_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Reader>> free_;
  std::size_t open_ = 0;
};

}  // namespace kubus::storage_sqlite
