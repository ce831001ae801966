#include "webhooks/webhook.h"

#include <k8s/admissionregistration/v1/webhook.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

namespace kubus::apiserver::webhooks {
namespace {

namespace registration = admissionregistration_v1;

template <class Source>
Webhook compile_one(const Source& source, const std::string& configuration) {
  Webhook out;
  out.name = source.name();
  out.configuration = configuration;
  out.fails_open = source.failurepolicy() == "Ignore";
  out.dry_runs = source.sideeffects() == "None" || source.sideeffects() == "NoneOnDryRun";
  out.equivalent = source.matchpolicy() == "Equivalent";
  for (const auto& version : source.admissionreviewversions())
    if (out.review_version.empty() && (version == "v1" || version == "v1beta1"))
      out.review_version = version;
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
    auto hook = compile_one(one, configuration.metadata().name());
    hook.mutates = true;
    hook.reinvoked = one.reinvocationpolicy() == "IfNeeded";
    out.push_back(std::make_shared<const Webhook>(std::move(hook)));
  }
  return out;
}

WebhookList compile(const registration::ValidatingWebhookConfiguration& configuration) {
  WebhookList out;
  const auto& name = configuration.metadata().name();
  for (const auto& one : configuration.webhooks())
    out.push_back(std::make_shared<const Webhook>(compile_one(one, name)));
  return out;
}

}  // namespace kubus::apiserver::webhooks
