// WebhookIndex: which webhooks a write may concern, without a look at the rules of all the others.
//
// Thread safety: all members from any thread. The cache outlives it.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "admission/admission.h"
#include "cache/resource_cache.h"
#include "webhooks/webhook.h"

namespace kubus::apiserver::webhooks {

// All webhooks of one kind of configuration, by the names of the configurations and then in their
// order. A configuration is compiled once for each of its versions; what is made of them all is
// replaced as a whole when one changes, so that a look-up waits for no compilation and allocates
// nothing.
class WebhookIndex {
 public:
  explicit WebhookIndex(ResourceCache& configurations);
  ~WebhookIndex();

  // A webhook and its place among all of them.
  struct Candidate {
    WebhookPtr hook;
    std::size_t place = 0;
  };
  using Candidates = std::vector<Candidate>;
  // Those with a rule that names the operation and the resource of the call, or all resources;
  // whether one really matches is still to be seen. Null when there are none.
  std::shared_ptr<const Candidates> candidates(const AdmissionCall& call);

 private:
  struct Table;
  class Changes;
  // The object is held, so that no other can be at its address.
  struct Compiled {
    ObjectPtr object;
    WebhookList hooks;
  };

  std::shared_ptr<const Table> table();
  std::shared_ptr<const Table> rebuild();
  WebhookList compile_all();

  ResourceCache& configurations_;
  const std::shared_ptr<Changes> changes_;
  std::shared_ptr<const Table> table_;  // by atomic_load and atomic_store
  std::mutex mutex_;                       // of those that build a new one
  std::map<std::string, Compiled> known_;  // by name
};

}  // namespace kubus::apiserver::webhooks
