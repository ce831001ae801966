// Keeps Fairness as the watch cache is, and writes into the status of each flow schema whether its
// level exists.
//
// Thread safety: start() on the thread that applies changes, which is the loop.
#pragma once

#include <memory>
#include <vector>

#include "fairness/fairness.h"
#include "registry/registry.h"

namespace kubus::apiserver::fairness {

class Feed {
 public:
  Feed(Registry& registry, Fairness& fairness) : registry_(registry), fairness_(fairness) {}
  // Once the cache is filled.
  Status start();

 private:
  void changed();
  void settle_conditions();

  Registry& registry_;
  Fairness& fairness_;
  bool settling_ = false;  // on the loop: already posted
  std::vector<std::shared_ptr<Watcher>> watchers_;
};

// The condition Dangling of a schema, as it is to be; false where it is so already.
bool set_dangling(FlowSchema& schema, bool level_exists);

}  // namespace kubus::apiserver::fairness
