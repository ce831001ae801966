// Health checks: /healthz, /livez and /readyz, whole and check by check.
//
// Thread safety: checks are added before the server starts; answer() from any thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "health/slis.h"
#include "kubus/http/message.h"
#include "request/query.h"

namespace kubus::apiserver {

class Health {
 public:
  // Empty when well, else what is wrong.
  using Check = std::function<std::string()>;
  // `ready_only`: counts for /readyz alone.
  void add(std::string name, bool ready_only, Check check);
  // Those that count for "livez" and the like, in their order.
  std::vector<std::string> names(std::string_view endpoint) const;
  // `path` is below one of the three endpoints.
  http::Response answer(std::string_view path, const Query& query) const;
  // What became of the checks whenever all of an endpoint were asked for.
  const Slis& slis() const { return slis_; }

 private:
  struct Named {
    std::string name;
    bool ready_only;
    Check check;
    bool counts_for(std::string_view endpoint) const { return !ready_only || endpoint == "readyz"; }
  };
  std::vector<Named> checks_;
  mutable Slis slis_;
};

}  // namespace kubus::apiserver
