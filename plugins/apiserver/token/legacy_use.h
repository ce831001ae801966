// LegacyUse: writes down on which day a token that is kept in a Secret was used last
// (kubernetes.io/legacy-token-last-used), so that those in no use can be found.
//
// Thread safety: note() from any thread. What it writes, it writes on the loop.
#pragma once

#include <atomic>
#include <memory>
#include <set>
#include <string>

#include "kubus/object.h"
#include "registry/registry.h"
#include "token/service_account_tokens.h"

namespace kubus::apiserver {

// "2026-01-02", of UTC.
std::string day_of(SystemTime time);

class LegacyUse : public std::enable_shared_from_this<LegacyUse> {
 public:
  LegacyUse(Registry& registry, Clock clock) : registry_(registry), clock_(std::move(clock)) {}
  // The token in that Secret was used just now. Costs a look at its labels, but for once a day.
  void note(const ObjectPtr& secret);
  // Nothing is written any more.
  void stop() { stopped_ = true; }

 private:
  void write(const ObjectPtr& secret, const std::string& day);

  Registry& registry_;
  const Clock clock_;
  std::atomic<bool> stopped_{false};
  std::set<std::string> busy_;  // on the loop: Secrets that are being written
};

}  // namespace kubus::apiserver
