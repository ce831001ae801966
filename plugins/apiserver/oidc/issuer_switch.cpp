#include "oidc/issuer_switch.h"

#include <utility>

namespace kubus::apiserver::oidc {

void IssuerSwitch::begin(Issuers next, std::function<void(const Issuers&)> use) {
  const auto count = next.size();
  // One more than there are: nobody settles it before all have been asked.
  const std::shared_ptr<Coming> coming(new Coming{std::move(next), std::move(use), count + 1});
  replace(coming);
  for (const auto& issuer : coming->issuers)
    issuer->when_ready([this, weak = std::weak_ptr<Coming>(coming)] {
      if (const auto one = weak.lock()) settle(one);
    });
  settle(coming);
}

void IssuerSwitch::close() { replace(nullptr); }

void IssuerSwitch::replace(std::shared_ptr<Coming> next) {
  {
    const std::lock_guard lock(mutex_);
    coming_.swap(next);
  }
  if (!next) return;
  for (const auto& issuer : next->issuers) issuer->close();
}

void IssuerSwitch::settle(const std::shared_ptr<Coming>& one) {
  if (one->open.fetch_sub(1) > 1) return;
  {
    const std::lock_guard lock(mutex_);
    if (coming_ != one) return;
    coming_.reset();
  }
  one->use(one->issuers);
}

}  // namespace kubus::apiserver::oidc
