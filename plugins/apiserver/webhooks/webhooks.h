// Webhooks: other servers have a say in what is written, and in who connects to what, as
// MutatingWebhookConfigurations and ValidatingWebhookConfigurations tell.
//
// Thread safety: as RemoteAdmission.
#pragma once

#include "admission/remote.h"
#include "admission/seen_call.h"
#include "auth/authorizer.h"
#include "custom/catalog.h"
#include "kubus/context.h"
#include "webhooks/caller.h"
#include "webhooks/outcome.h"
#include "webhooks/webhook_index.h"

namespace kubus::apiserver::webhooks {

// Which of them are asked at all.
struct Kinds {
  bool mutating = true;
  bool validating = true;
};

class Webhooks final : public RemoteAdmission {
 public:
  // All of it outlives this.
  Webhooks(Context& context, ClusterCache& cache, const KindCatalog& catalog,
           const Authorizers& authorizers, Kinds kinds);

  bool mutates(const AdmissionCall& call) override;
  bool validates(const AdmissionCall& call) override;
  // One webhook after the other, each on what the one before has made. Those that want to are
  // asked once more when the object was changed after them.
  void mutate(Review review, UniqueFunction<Status()> again, Done done) override;
  // All at once.
  void validate(Review review, Done done) override;

 private:
  class Mutation;
  class Validation;

  // A webhook with a rule about a call, and the version of the resource that the rule names.
  struct Invocation {
    WebhookPtr hook;
    std::size_t place = 0;  // among all
    ResourceRef as;
  };
  using Invocations = std::vector<Invocation>;

  ResourceRef match(const Webhook& webhook, const AdmissionCall& call) const;
  bool is_matched(WebhookIndex& index, const AdmissionCall& call) const;
  Invocations matched(WebhookIndex& index, const AdmissionCall& call) const;
  // Whether it is to be asked, by what its selectors and conditions say; or why the call ends here.
  Result<bool> concerns(const Webhook& webhook, const SeenCall& seen) const;
  // `then` on the loop. What it gets is counted by whoever asks.
  void ask(const WebhookPtr& webhook, const SeenCall& seen,
           UniqueFunction<void(Result<Verdict>)> then);
  // What an answer, or that there is none, means for the call.
  Outcome settle(const Webhook& webhook, Call& call, const Result<Verdict>& verdict) const;

  Context& context_;
  const Authorizers& authorizers_;
  const Kinds kinds_;
  const KindCatalog& catalog_;
  const ResourceCache& namespaces_;
  WebhookIndex mutating_, validating_;
  Caller caller_;
};

}  // namespace kubus::apiserver::webhooks
