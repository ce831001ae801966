// What mutating webhooks leave in the audit log, under the keys of the reference.
//
// Thread safety: used by one thread at a time. What it refers to outlives it.
#pragma once

#include <cstddef>
#include <string>

#include "registry/call.h"
#include "webhooks/webhook.h"

namespace kubus::apiserver::webhooks {

class Annotator {
 public:
  // `round`: 1 when webhooks are asked again; `place`: of the webhook among all.
  Annotator(const Call& call, const Webhook& webhook, int round, std::size_t place);

  void mutated(bool changed) const;
  // `operations`: the patch as JSON.
  void patched(const std::string& operations) const;
  void failed_open() const;

 private:
  std::string key(const char* prefix) const;
  std::string who() const;

  const Call& call_;
  const Webhook& webhook_;
  const std::string place_;
};

// Of a validating webhook, the `place`-th of those that were asked.
void annotate_failed_open(const Call& call, const Webhook& webhook, std::size_t place);

}  // namespace kubus::apiserver::webhooks
