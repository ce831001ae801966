// Issuers that take the place of others as soon as the keys of all of them are known.
//
// Thread safety: all members from any thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "oidc/oidc_tokens.h"

namespace kubus::apiserver::oidc {

class IssuerSwitch {
 public:
  using Issuers = std::vector<std::shared_ptr<Issuer>>;
  ~IssuerSwitch() { close(); }

  // Calls `use` when they are ready: on the loop, or before this returns. Those that were to come
  // before never do.
  void begin(Issuers next, std::function<void(const Issuers&)> use);
  // Nobody is to come any more.
  void close();

 private:
  struct Coming {
    const Issuers issuers;
    const std::function<void(const Issuers&)> use;
    std::atomic<std::size_t> open;
  };
  void replace(std::shared_ptr<Coming> next);
  void settle(const std::shared_ptr<Coming>& one);

  std::mutex mutex_;
  std::shared_ptr<Coming> coming_;
};

}  // namespace kubus::apiserver::oidc
