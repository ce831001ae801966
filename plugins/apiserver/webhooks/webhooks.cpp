#include "webhooks/webhooks.h"

#include <algorithm>

#include "audit/record.h"
#include "policy/conditions.h"
#include "policy/evaluation.h"
#include "policy/rule_matching.h"
#include "registry/metadata.h"
#include "respond/status_body.h"
#include "webhooks/metrics.h"

namespace kubus::apiserver::webhooks {
namespace {

constexpr const char* kGroup = "admissionregistration.k8s.io";

// Nobody can lock the cluster against the removal of what locks it.
bool is_exempt(const AdmissionCall& call) { return call.call.resource->group == kGroup; }

std::string in_quotes(const std::string& name) { return "\"" + name + "\""; }

policy::ConditionAnswer ask_conditions(const Webhook& webhook, const SeenCall& seen,
                                       const Authorizers& authorizers) {
  const policy::Request request(seen, nullptr, authorizers);
  const auto values = request.values();
  return policy::ask_conditions(
      webhook.conditions.size(), [&](std::size_t i, std::uint64_t most) {
        const auto& program = webhook.conditions[i].program;
        return program.ok() ? program.run(values, most)
                            : cel::Outcome{cel::Value::error(program.error())};
      });
}

}  // namespace

Webhooks::Webhooks(Context& context, ClusterCache& cache, const KindCatalog& catalog,
                   const Authorizers& authorizers, Kinds kinds)
    : context_(context),
      authorizers_(authorizers),
      kinds_(kinds),
      catalog_(catalog),
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

ResourceRef Webhooks::match(const Webhook& webhook, const AdmissionCall& call) const {
  return first_match(webhook.rules, webhook.equivalent, call, catalog_,
                     [&](const auto& rule, const ResourceInfo& as) {
                       return matches_rule(rule, call, as);
                     });
}

bool Webhooks::is_matched(WebhookIndex& index, const AdmissionCall& call) const {
  if (is_exempt(call)) return false;
  const auto some = index.candidates(call);
  return some && std::any_of(some->begin(), some->end(), [&](const auto& one) {
           return match(*one.hook, call) != nullptr;
         });
}

Webhooks::Invocations Webhooks::matched(WebhookIndex& index, const AdmissionCall& call) const {
  Invocations out;
  if (is_exempt(call)) return out;
  if (const auto some = index.candidates(call))
    for (const auto& one : *some)
      if (auto as = match(*one.hook, call)) out.push_back({one.hook, one.place, std::move(as)});
  return out;
}

Result<bool> Webhooks::concerns(const Webhook& webhook, const SeenCall& seen) const {
  const auto& call = seen.call();
  const auto in_namespace = matches_namespace(webhook.namespaces, call, namespaces_);
  if (in_namespace.ok() && !*in_namespace) return false;
  if (!matches_object(webhook.objects, call)) return false;
  if (!in_namespace.ok()) return in_namespace;
  if (!seen.status().ok()) return errors::internal(seen.status().message());
  if (webhook.conditions.empty()) return true;
  const auto operation = operation_name(call.operation);
  const auto answer = ask_conditions(webhook, seen, authorizers_);
  if (answer.failed) count_condition_error(webhook, operation);
  if (answer.failed && !webhook.fails_open)
    return errors::forbidden(
        call.subject(),
        policy::evaluation_error(webhook.conditions[*answer.failed].expression, answer.error));
  if (!answer.hold) count_excluded(webhook, operation);
  return answer.hold;
}

void Webhooks::ask(const WebhookPtr& webhook, const SeenCall& seen,
                   UniqueFunction<void(Result<Verdict>)> then) {
  auto on_loop = [this, then = std::move(then)](Result<Verdict> verdict) mutable {
    context_.loop().post([then = std::move(then), verdict = std::move(verdict)]() mutable {
      then(std::move(verdict));
    });
  };
  if (webhook->review_version.empty())
    return on_loop(Status(Code::kBadRequest,
                          "could not create admission objects: webhook does not accept known "
                          "AdmissionReview versions (v1, v1beta1)"));
  const auto uid = new_uid();
  caller_.ask(webhook, uid, review_json(uid, seen, webhook->review_version),
              seen.call().call.asker, std::move(on_loop));
}

Outcome Webhooks::settle(const Webhook& webhook, Call& call, const Result<Verdict>& verdict) const {
  Outcome out;
  if (auto given_up = call.still_wanted(); !verdict.ok() && !given_up.ok()) {
    out.end = Outcome::End::kGivenUp;
    out.status = std::move(given_up);
    return out;
  }
  if (!verdict.ok()) {
    out.end = Outcome::End::kNotCalled;
    out.code = status_code(verdict.status());
    const auto why =
        "failed calling webhook " + in_quotes(webhook.name) + ": " + verdict.status().message();
    if (!webhook.fails_open)
      out.status = errors::internal(why);
    else
      context_.log().warn("a webhook could not be asked; its say is ignored", {{"error", why}});
    return out;
  }
  for (const auto& warning : verdict->warnings) call.warnings.push_back(warning);
  if (call.record)
    for (const auto& [key, value] : verdict->annotations)
      call.record->annotations.add(webhook.name + "/" + key, value);
  if (verdict->allowed) return out;
  out.end = Outcome::End::kDenied;
  auto told = refusal_of(*verdict, webhook.name);
  out.code = told.code();
  auto code = code_from_name(told.reason());
  // Whatever the reason says, it is a refusal.
  if (code == Code::kUnknown || code == Code::kOk) code = code_from_http(told.code());
  out.status = Status(code, told.message());
  out.refusal = std::make_shared<const meta_v1::Status>(std::move(told));
  return out;
}

}  // namespace kubus::apiserver::webhooks
