// One webhook after the other changes an object.
#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <set>

#include "policy/evaluation.h"
#include "policy/rule_matching.h"
#include "webhooks/annotations.h"
#include "webhooks/metrics.h"
#include "webhooks/patching.h"
#include "webhooks/webhooks.h"

namespace kubus::apiserver::webhooks {

class Webhooks::Mutation : public std::enable_shared_from_this<Mutation> {
 public:
  Mutation(Webhooks& all, Review review, UniqueFunction<Status()> again, Done done)
      : all_(all),
        review_(std::move(review)),
        again_(std::move(again)),
        done_(std::move(done)),
        hooks_(all.matched(all.mutating_, review_.as_call())) {
    if (const auto* metadata = review_.object ? metadata_of(**review_.object) : nullptr)
      managers_ = metadata->managedfields();
  }

  void go_on() {
    while (next_ < hooks_.size()) {
      const auto& one = hooks_[next_];
      SeenCall seen(review_.as_call(), one.as);
      auto& conversions = review_.call->conversions;
      if (conversions.pending())
        return conversions.await(review_.call->asker,
                                 [self = shared_from_this()] { self->go_on(); });
      ++next_;
      const auto concerned = all_.concerns(*one.hook, seen);
      if (!concerned.ok()) return done_(concerned.status());
      // Nobody is asked for the first time when others are asked again.
      if (!*concerned || (round_ > 0 && !to_see_again_.contains(one.hook.get()))) continue;
      return ask(one, std::move(seen));
    }
    if (!changed_ || round_ > 0 || !again_) return finish();
    begin_again();
  }

 private:
  using Clock = std::chrono::steady_clock;

  void ask(const Invocation& one, SeenCall seen) {
    const auto begun = Clock::now();
    if (review_.call->dry_run() && !one.hook->dry_runs)
      return settle(one, begun,
                    Outcome::failed(errors::bad_request("admission webhook \"" + one.hook->name +
                                                        "\" does not support dry run")));
    auto shared = std::make_shared<SeenCall>(std::move(seen));
    all_.ask(one.hook, *shared,
             [self = shared_from_this(), &one, shared, begun](const Result<Verdict>& verdict) {
               self->answered(one, shared, begun, verdict);
             });
  }

  using SeenPtr = std::shared_ptr<const SeenCall>;
  void answered(const Invocation& one, SeenPtr seen, Clock::time_point begun,
                const Result<Verdict>& verdict) {
    auto outcome = all_.settle(*one.hook, *review_.call, verdict);
    if (outcome.end != Outcome::End::kAllowed || verdict->patch.empty())
      return settle(one, begun, std::move(outcome));
    take(one, std::move(seen), begun, std::move(outcome), verdict->patch);
  }

  void take(const Invocation& one, SeenPtr seen, Clock::time_point begun, Outcome outcome,
            std::string patch) {
    const auto patched = apply_webhook_patch(*seen, one.hook->name, review_.object, patch);
    auto& conversions = review_.call->conversions;
    if (conversions.pending())
      return conversions.await(
          review_.call->asker,
          [self = shared_from_this(), &one, seen = std::move(seen), begun,
           outcome = std::move(outcome), patch = std::move(patch)]() mutable {
            self->take(one, std::move(seen), begun, std::move(outcome), std::move(patch));
          });
    if (!patched.ok()) return settle(one, begun, Outcome::failed(patched.status()));
    if (patched->applied) annotator(one).patched(patched->operations);
    settle(one, begun, std::move(outcome), patched->changed);
  }

  Annotator annotator(const Invocation& one) const {
    return {*review_.call, *one.hook, round_, one.place};
  }

  void settle(const Invocation& one, Clock::time_point begun, Outcome outcome,
              bool changed = false) {
    count(*one.hook, operation_name(review_.operation), outcome, Clock::now() - begun);
    annotator(one).mutated(changed);
    if (outcome.failed_open()) annotator(one).failed_open();
    if (!outcome.status.ok()) {
      review_.call->refusal = std::move(outcome.refusal);
      return done_(outcome.status);
    }
    if (changed) {
      changed_ = true;
      to_see_again_.insert(asked_.begin(), asked_.end());
    }
    if (one.hook->reinvoked) asked_.insert(one.hook.get());
    go_on();
  }

  // The server's own plugins see what was made of the object, and then those webhooks whose
  // view of it is out of date.
  void begin_again() {
    round_ = 1;
    const auto before = policy::document_of(review_.object->get());
    if (auto status = again_(); !status.ok()) return done_(status);
    if (policy::document_of(review_.object->get()) != before)
      to_see_again_.insert(asked_.begin(), asked_.end());
    next_ = 0;
    go_on();
  }

  void finish() {
    if (review_.object) keep_sound_managers(*review_.call, managers_, **review_.object);
    done_({});
  }

  Webhooks& all_;
  Review review_;
  UniqueFunction<Status()> again_;
  Done done_;
  const Invocations hooks_;
  EncodedManagers managers_;  // as they were before
  std::size_t next_ = 0;
  bool changed_ = false;
  int round_ = 0;
  std::set<const Webhook*> asked_, to_see_again_;  // of those that want to be asked again
};

void Webhooks::mutate(Review review, UniqueFunction<Status()> again, Done done) {
  if (!kinds_.mutating) return done({});
  std::make_shared<Mutation>(*this, std::move(review), std::move(again), std::move(done))->go_on();
}

}  // namespace kubus::apiserver::webhooks
