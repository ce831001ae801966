// Counts requests, how long they take, how many are in flight and how large answers are, under the
// names the reference uses.
//
// Thread safety: a timer belongs to one request.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "kubus/metrics.h"
#include "metrics/counted.h"
#include "request/query.h"
#include "request/request_info.h"

namespace kubus::apiserver {

class RequestTimer {
 public:
  // `type`: of the body, by which an apply is told from another patch.
  RequestTimer(const RequestInfo& info, const Query& query, std::string_view type);
  // Of a path that is no resource, one of a few: /livez.
  RequestTimer(std::string path, std::string_view method);
  // `size`: of the body of the answer, in bytes.
  void done(int code, std::size_t size = 0);
  // It was turned away before anybody looked at it.
  void turned_away(int code);
  // It ends when somebody ends it: until done() it counts among those.
  void lives_long();
  // Nothing like it is served: what clients make up must not grow the tables.
  void forget_resource();

 private:
  std::string key() const;
  metrics::Labels labels() const;
  metrics::Counter& total(const std::string& code) const;

  std::chrono::steady_clock::time_point begun_;
  std::string component_ = "apiserver";
  std::string verb_, group_, version_, resource_, subresource_, scope_, dry_run_;
  Counted in_flight_;  // or among those that live long
};

}  // namespace kubus::apiserver
