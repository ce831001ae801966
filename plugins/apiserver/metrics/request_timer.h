// Counts requests, how long they take, how many are in flight and how large answers are, under the
// names the reference uses.
//
// Thread safety: a timer belongs to one request.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "kubus/metrics.h"
#include "request/query.h"
#include "request/request_info.h"

namespace kubus::apiserver {

// Counts as one in a gauge as long as it lives.
class Counted {
 public:
  Counted() = default;
  explicit Counted(metrics::Gauge& gauge) : gauge_(&gauge) { gauge.add(1); }
  Counted(Counted&& other) noexcept : gauge_(std::exchange(other.gauge_, nullptr)) {}
  Counted& operator=(Counted&& other) noexcept {
    if (gauge_) gauge_->add(-1);
    gauge_ = std::exchange(other.gauge_, nullptr);
    return *this;
  }
  ~Counted() {
    if (gauge_) gauge_->add(-1);
  }

 private:
  metrics::Gauge* gauge_ = nullptr;
};

class RequestTimer {
 public:
  // `type`: of the body, by which an apply is told from another patch.
  RequestTimer(const RequestInfo& info, const Query& query, std::string_view type);
  // `size`: of the body of the answer, in bytes.
  void done(int code, std::size_t size = 0);
  // It ends when somebody ends it: until done() it counts among those.
  void lives_long();
  // Nothing like it is served: what clients make up must not grow the tables.
  void forget_resource();

 private:
  metrics::Labels labels() const;

  std::chrono::steady_clock::time_point begun_;
  std::string verb_, group_, version_, resource_, subresource_, scope_, dry_run_;
  Counted in_flight_;  // or among those that live long
};

}  // namespace kubus::apiserver
