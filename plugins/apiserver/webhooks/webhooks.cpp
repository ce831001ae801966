#include "webhooks/webhooks.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <set>

#include "audit/record.h"
#include "policy/conditions.h"
#include "policy/evaluation.h"
#include "policy/rule_matching.h"
#include "registry/metadata.h"
#include "webhooks/patching.h"

namespace kubus::apiserver::webhooks {
namespace {

constexpr const char* kGroup = "admissionregistration.k8s.io";

// Nobody can lock the cluster against the removal of what locks it.
bool is_exempt(const AdmissionCall& call) { return call.call.resource->group == kGroup; }

bool matches_rules(const Webhook& webhook, const AdmissionCall& call) {
  return std::any_of(webhook.rules.begin(), webhook.rules.end(),
                     [&](const auto& rule) { return matches_rule(rule, call); });
}

bool is_matched(WebhookIndex& index, const AdmissionCall& call) {
  if (is_exempt(call)) return false;
  const auto some = index.candidates(call);
  return some && std::any_of(some->begin(), some->end(),
                             [&](const auto& one) { return matches_rules(*one, call); });
}

WebhookList matched(WebhookIndex& index, const AdmissionCall& call) {
  WebhookList out;
  if (const auto some = index.candidates(call))
    for (const auto& one : *some)
      if (matches_rules(*one, call)) out.push_back(one);
  return out;
}

std::string quoted(const std::string& name) { return "\"" + name + "\""; }

}  // namespace

Webhooks::Webhooks(Context& context, ClusterCache& cache, const Authorizers& authorizers,
                   Kinds kinds)
    : context_(context),
      authorizers_(authorizers),
      kinds_(kinds),
      namespaces_(*cache.find("", "namespaces")),
      mutating_(*cache.find(kGroup, "mutatingwebhookconfigurations")),
      validating_(*cache.find(kGroup, "validatingwebhookconfigurations")),
      caller_(cache) {}

bool Webhooks::mutates(const AdmissionCall& call) {
  return kinds_.mutating && is_matched(mutating_, call);
}
bool Webhooks::validates(const AdmissionCall& call) {
  return kinds_.validating && is_matched(validating_, call);
}

Result<bool> Webhooks::concerns(const Webhook& webhook, const AdmissionCall& call) const {
  if (!matches_namespace(webhook.namespaces, call, namespaces_)) return false;
  if (!matches_object(webhook.objects, call)) return false;
  if (!webhook.conditions.empty()) {
    const policy::Request request(call, nullptr, authorizers_);
    const auto values = request.values();
    const auto answer = policy::ask_conditions(
        webhook.conditions.size(), [&](std::size_t i, std::uint64_t most) {
          const auto& program = webhook.conditions[i].program;
          return program.ok() ? program.run(values, most)
                              : cel::Outcome{cel::Value::error(program.error())};
        });
    if (answer.failed && !webhook.fails_open)
      return errors::forbidden(
          call.subject(),
          policy::evaluation_error(webhook.conditions[*answer.failed].expression, answer.error));
    if (!answer.hold) return false;
  }
  if (call.call.dry_run() && !webhook.dry_runs)
    return errors::bad_request("admission webhook " + quoted(webhook.name) +
                               " does not support dry run");
  return true;
}

void Webhooks::ask(const WebhookPtr& webhook, const AdmissionCall& call,
                   UniqueFunction<void(Result<Verdict>)> then) {
  const auto uid = new_uid();
  caller_.ask(
      webhook, uid, review_json(uid, call),
      [this, then = std::move(then)](Result<Verdict> verdict) mutable {
        context_.loop().post([then = std::move(then), verdict = std::move(verdict)]() mutable {
          then(std::move(verdict));
        });
      });
}

Status Webhooks::settle(const Webhook& webhook, Call& call, const Result<Verdict>& verdict,
                        std::shared_ptr<const meta_v1::Status>& refusal) const {
  if (!verdict.ok()) {
    const auto why =
        "failed calling webhook " + quoted(webhook.name) + ": " + verdict.status().message();
    if (!webhook.fails_open) return errors::internal(why);
    context_.log().warn("a webhook could not be asked; its say is ignored", {{"error", why}});
    return {};
  }
  for (const auto& warning : verdict->warnings) call.warnings.push_back(warning);
  if (call.record)
    for (const auto& [key, value] : verdict->annotations)
      call.record->annotations[webhook.name + "/" + key] = value;
  if (verdict->allowed) return {};
  auto told = refusal_of(*verdict, webhook.name);
  auto code = code_from_name(told.reason());
  // Whatever the reason says, it is a refusal.
  if (code == Code::kUnknown || code == Code::kOk) code = code_from_http(told.code());
  Status status(code, told.message());
  refusal = std::make_shared<const meta_v1::Status>(std::move(told));
  return status;
}

class Webhooks::Mutation : public std::enable_shared_from_this<Mutation> {
 public:
  Mutation(Webhooks& all, Review review, UniqueFunction<Status()> again, Done done)
      : all_(all),
        review_(std::move(review)),
        again_(std::move(again)),
        done_(std::move(done)),
        hooks_(matched(all.mutating_, review_.as_call())) {}

  void go_on() {
    while (next_ < hooks_.size()) {
      const auto hook = hooks_[next_++];
      if (again_round_ && !to_see_again_.contains(hook.get())) continue;
      const auto call = review_.as_call();
      const auto concerned = all_.concerns(*hook, call);
      if (!concerned.ok()) return done_(concerned.status());
      if (!*concerned) continue;
      return all_.ask(hook, call, [self = shared_from_this(), hook](Result<Verdict> verdict) {
        self->answered(*hook, verdict);
      });
    }
    if (!changed_ || again_round_) return done_({});
    begin_again();
  }

 private:
  void answered(const Webhook& hook, const Result<Verdict>& verdict) {
    auto status = all_.settle(hook, *review_.call, verdict, review_.call->refusal);
    if (!status.ok()) return done_(status);
    if (verdict.ok() && !verdict->patch.empty()) {
      const auto changed = apply(hook, verdict->patch);
      if (!changed.ok()) return done_(changed.status());
      if (*changed) {
        changed_ = true;
        to_see_again_.insert(asked_.begin(), asked_.end());
      }
    }
    if (hook.reinvoked) asked_.insert(&hook);
    go_on();
  }

  Result<bool> apply(const Webhook& hook, const std::string& patch) {
    if (!review_.object)
      return errors::internal("admission webhook " + quoted(hook.name) +
                              " attempted to modify the object, which is not supported for this "
                              "operation");
    return apply_webhook_patch(*review_.call, *review_.object, patch);
  }

  // The server's own plugins see what was made of the object, and then those webhooks whose
  // view of it is out of date.
  void begin_again() {
    again_round_ = true;
    const auto before = policy::document_of(review_.object->get());
    if (auto status = again_(); !status.ok()) return done_(status);
    if (policy::document_of(review_.object->get()) != before)
      to_see_again_.insert(asked_.begin(), asked_.end());
    next_ = 0;
    go_on();
  }

  Webhooks& all_;
  Review review_;
  UniqueFunction<Status()> again_;
  Done done_;
  const WebhookList hooks_;
  std::size_t next_ = 0;
  bool changed_ = false;
  bool again_round_ = false;
  std::set<const Webhook*> asked_, to_see_again_;  // of those that want to be asked again
};

class Webhooks::Validation : public std::enable_shared_from_this<Validation> {
 public:
  Validation(Webhooks& all, Review review, Done done)
      : all_(all), review_(std::move(review)), done_(std::move(done)) {}

  void begin() {
    const auto call = review_.as_call();
    const auto hooks = matched(all_.validating_, call);
    outcomes_.resize(hooks.size());
    ++open_;
    for (std::size_t i = 0; i < hooks.size(); ++i) {
      const auto concerned = all_.concerns(*hooks[i], call);
      if (!concerned.ok()) outcomes_[i].status = concerned.status();
      if (!concerned.ok() || !*concerned) continue;
      ++open_;
      all_.ask(hooks[i], call,
               [self = shared_from_this(), hook = hooks[i], i](Result<Verdict> verdict) {
                 auto& outcome = self->outcomes_[i];
                 outcome.status =
                     self->all_.settle(*hook, *self->review_.call, verdict, outcome.refusal);
                 self->close_one();
               });
    }
    // Not from here: answers are counted on the loop alone.
    all_.context_.loop().post([self = shared_from_this()] { self->close_one(); });
  }

 private:
  struct Outcome {
    Status status;
    std::shared_ptr<const meta_v1::Status> refusal;
  };

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
  std::vector<Outcome> outcomes_;
  std::atomic<std::size_t> open_ = 0;
};

void Webhooks::mutate(Review review, UniqueFunction<Status()> again, Done done) {
  if (!kinds_.mutating) return done({});
  std::make_shared<Mutation>(*this, std::move(review), std::move(again), std::move(done))->go_on();
}

void Webhooks::validate(Review review, Done done) {
  if (!kinds_.validating) return done({});
  std::make_shared<Validation>(*this, std::move(review), std::move(done))->begin();
}

}  // namespace kubus::apiserver::webhooks
