// All webhooks at once may refuse an object.
#include <atomic>
#include <optional>

#include "policy/rule_matching.h"
#include "webhooks/annotations.h"
#include "webhooks/metrics.h"
#include "webhooks/webhooks.h"

namespace kubus::apiserver::webhooks {

class Webhooks::Validation : public std::enable_shared_from_this<Validation> {
 public:
  Validation(Webhooks& all, Review review, Done done)
      : all_(all), review_(std::move(review)), done_(std::move(done)) {}

  void begin() {
    auto all = look();
    auto& conversions = review_.call->conversions;
    if (conversions.pending())
      return conversions.await(review_.call->asker,
                               [self = shared_from_this()] { self->begin(); });
    if (auto status = gather(std::move(all)); !status.ok()) return done_(status);
    outcomes_.resize(hooks_.size());
    open_ = hooks_.size() + 1;
    for (std::size_t i = 0; i < hooks_.size(); ++i) ask(i);
    // Not from here: answers are counted on the loop alone.
    all_.context_.loop().post([self = shared_from_this()] { self->close_one(); });
  }

 private:
  using Clock = std::chrono::steady_clock;
  struct Asked {
    WebhookPtr hook;
    SeenCall seen;
    Clock::time_point begun = Clock::now();
  };

  // Those that have a rule about the call, as they would see it.
  std::vector<Asked> look() const {
    std::vector<Asked> out;
    const auto call = review_.as_call();
    for (const auto& one : all_.matched(all_.validating_, call))
      out.push_back({one.hook, SeenCall(call, one.as)});
    return out;
  }

  // Nobody is asked when the call ends at one of them unasked.
  Status gather(std::vector<Asked> all) {
    for (auto& one : all) {
      const auto concerned = all_.concerns(*one.hook, one.seen);
      if (!concerned.ok()) return concerned.status();
      if (*concerned) hooks_.push_back(std::move(one));
    }
    return {};
  }

  void ask(std::size_t i) {
    auto& one = hooks_[i];
    if (review_.call->dry_run() && !one.hook->dry_runs) {
      auto why = errors::bad_request("admission webhook \"" + one.hook->name +
                                     "\" does not support dry run");
      all_.context_.loop().post([self = shared_from_this(), i, why = std::move(why)] {
        self->settle(i, Outcome::failed(why));
      });
      return;
    }
    all_.ask(one.hook, one.seen, [self = shared_from_this(), i](const Result<Verdict>& verdict) {
      self->settle(i,
                   self->all_.settle(*self->hooks_[i].hook, *self->review_.call, verdict));
    });
  }

  void settle(std::size_t i, Outcome outcome) {
    const auto& one = hooks_[i];
    count(*one.hook, operation_name(review_.operation), outcome, Clock::now() - one.begun);
    if (outcome.failed_open()) annotate_failed_open(*review_.call, *one.hook, i);
    outcomes_[i] = std::move(outcome);
    close_one();
  }

  void close_one() {
    if (--open_ > 0) return;
    for (auto& outcome : outcomes_) {
      if (outcome.status.ok()) continue;
      review_.call->refusal = std::move(outcome.refusal);
      return done_(outcome.status);
    }
    done_({});
  }

  Webhooks& all_;
  Review review_;
  Done done_;
  std::vector<Asked> hooks_;
  std::vector<Outcome> outcomes_;
  std::atomic<std::size_t> open_ = 0;
};

void Webhooks::validate(Review review, Done done) {
  if (!kinds_.validating) return done({});
  std::make_shared<Validation>(*this, std::move(review), std::move(done))->begin();
}

}  // namespace kubus::apiserver::webhooks
