// Counts requests and how long they take, under the names the reference uses.
//
// Thread safety: a timer belongs to one request.
#pragma once

#include <chrono>

#include "request/request_info.h"

namespace kubus::apiserver {

class RequestTimer {
 public:
  explicit RequestTimer(const RequestInfo& info);
  void done(int code);

 private:
  std::chrono::steady_clock::time_point begun_;
  std::string verb_, group_, version_, resource_, subresource_, scope_;
};

}  // namespace kubus::apiserver
