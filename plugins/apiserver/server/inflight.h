// A bound on the requests that are under way at once, so that a crowd of clients finds a server
// that answers some of them and not one that drowns.
//
// Thread safety: admit() from any thread; a Slot is a value.
//
// Reads and writes are counted apart. Requests that live long (watches, logs, exec and the like)
// are not counted, and members of system:masters are never turned away.
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "auth/identity.h"
#include "request/request_info.h"

namespace kubus::apiserver {

// Whether a request is one of those that have no natural end.
bool is_long_running(const RequestInfo& info);

class InflightLimit {
 public:
  // 0: no limit.
  InflightLimit(std::size_t reads, std::size_t writes)
      : reads_(std::make_shared<Class>(reads)), writes_(std::make_shared<Class>(writes)) {}

  // A place among those under way, held until it is dropped; nothing for what is not counted.
  using Slot = std::shared_ptr<void>;
  // Nothing: there is no place.
  std::optional<Slot> admit(const RequestInfo& info, const Identity& identity);

 private:
  struct Class {
    explicit Class(std::size_t most) : limit(most) {}
    const std::size_t limit;
    std::atomic<std::size_t> under_way{0};
  };

  std::shared_ptr<Class> reads_;
  std::shared_ptr<Class> writes_;
};

}  // namespace kubus::apiserver
