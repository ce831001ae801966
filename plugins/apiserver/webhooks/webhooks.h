// Webhooks: other servers have a say in what is written, as MutatingWebhookConfigurations and
// ValidatingWebhookConfigurations tell.
//
// Thread safety: as RemoteAdmission.
#pragma once

#include "admission/remote.h"
#include "auth/authorizer.h"
#include "kubus/context.h"
#include "webhooks/caller.h"
#include "webhooks/webhook_index.h"

namespace kubus::apiserver::webhooks {

// Which of them are asked at all.
struct Kinds {
  bool mutating = true;
  bool validating = true;
};

class Webhooks final : public RemoteAdmission {
 public:
  // All of them outlive it.
  Webhooks(Context& context, ClusterCache& cache, const Authorizers& authorizers, Kinds kinds);

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

  // Whether it is to be asked, or why the call ends here.
  Result<bool> concerns(const Webhook& webhook, const AdmissionCall& call) const;
  // `then` on the loop.
  void ask(const WebhookPtr& webhook, const AdmissionCall& call,
           UniqueFunction<void(Result<Verdict>)> then);
  // What an answer means for the call; ok: it goes on. `refusal` gets what the client is told.
  Status settle(const Webhook& webhook, Call& call, const Result<Verdict>& verdict,
                std::shared_ptr<const meta_v1::Status>& refusal) const;

  Context& context_;
  const Authorizers& authorizers_;
  const Kinds kinds_;
  const ResourceCache& namespaces_;
  WebhookIndex mutating_, validating_;
  Caller caller_;
};

}  // namespace kubus::apiserver::webhooks
