// StatusKeeper: looks at each new generation of a ValidatingAdmissionPolicy and writes down what
// its author should know of it (status.typeChecking).
//
// Thread safety: everything on the loop, but wake(), which any thread may call.
#pragma once

#include <atomic>
#include <set>
#include <string>

#include "custom/catalog.h"
#include "registry/registry.h"

namespace kubus::apiserver::policy {

class StatusKeeper {
 public:
  StatusKeeper(Registry& registry, const KindCatalog& kinds);
  // From now on it writes.
  void start();
  // Something in the cluster has changed.
  void wake();
  void stop() { running_ = false; }

 private:
  void pass();
  void check(const Object& object);

  Registry& registry_;
  const KindCatalog& kinds_;
  const ResourceCache& policies_;
  std::atomic<bool> running_{false}, scheduled_{false};
  std::atomic<std::int64_t> seen_{-1};
  std::set<std::string> busy_;  // that are being written
};

}  // namespace kubus::apiserver::policy
