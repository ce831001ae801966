#include "webhooks/webhook.h"

namespace kubus::apiserver::webhooks {
namespace {

namespace registration = admissionregistration_v1;

template <class Source>
Webhook compile_one(const Source& source) {
  Webhook out;
  out.name = source.name();
  out.fails_open = source.failurepolicy() == "Ignore";
  out.dry_runs = source.sideeffects() == "None" || source.sideeffects() == "NoneOnDryRun";
  if (source.has_timeoutseconds()) out.timeout = std::chrono::seconds(source.timeoutseconds());
  out.rules.assign(source.rules().begin(), source.rules().end());
  out.namespaces = source.namespaceselector();
  out.objects = source.objectselector();
  for (const auto& condition : source.matchconditions())
    out.conditions.push_back(policy::compile_condition(condition.expression()));
  out.client = source.clientconfig();
  out.tls = http::ClientTls::trusting(out.client.cabundle());
  return out;
}

}  // namespace

WebhookList compile(const registration::MutatingWebhookConfiguration& configuration) {
  WebhookList out;
  for (const auto& one : configuration.webhooks()) {
    auto hook = compile_one(one);
    hook.mutates = true;
    hook.reinvoked = one.reinvocationpolicy() == "IfNeeded";
    out.push_back(std::make_shared<const Webhook>(std::move(hook)));
  }
  return out;
}

WebhookList compile(const registration::ValidatingWebhookConfiguration& configuration) {
  WebhookList out;
  for (const auto& one : configuration.webhooks())
    out.push_back(std::make_shared<const Webhook>(compile_one(one)));
  return out;
}

}  // namespace kubus::apiserver::webhooks
