#include <set>
#include <string>

#include "validation/definition.h"
#include "validation/webhook_client.h"

namespace kubus::apiserver {
namespace {

using Client = apiextensions_v1::WebhookClientConfig;
using ReviewVersions = google::protobuf::RepeatedPtrField<std::string>;

constexpr char kOnlyWebhook[] = "should not be set when strategy is not set to Webhook";
constexpr int kHttpsPort = 443;

void check_conversion_client(const Client& client, const Path& path, ErrorList& errors) {
  if (client.has_url() == client.has_service())
    return errors.required(path, "exactly one of url or service is required");
  if (client.has_url()) return check_webhook_url(client.url(), path.child("url"), errors);
  const auto& service = client.service();
  check_webhook_service(service.name(), service.namespace_(),
                        service.has_port() ? service.port() : kHttpsPort, service.path(),
                        path.child("service"), errors);
}

void check_review_versions(const ReviewVersions& versions, const Path& path, ErrorList& errors) {
  if (versions.empty()) return errors.required(path);
  std::set<std::string> seen;
  std::string list;
  for (int i = 0; i < versions.size(); ++i) {
    const auto& version = versions[i];
    list += (list.empty() ? "" : ",") + quoted(version);
    if (!seen.insert(version).second)
      errors.invalid(path.index(i), version, "duplicate version");
    else
      errors.invalid_each(path.index(i), version, check_dns1035_label(version));
  }
  if (!seen.contains("v1") && !seen.contains("v1beta1"))
    errors.invalid_json(path, "[" + list + "]", "must include at least one of v1, v1beta1");
}

}  // namespace

void check_conversion(const apiextensions_v1::CustomResourceDefinitionSpec& spec, const Path& path,
                      ErrorList& errors) {
  if (!spec.has_conversion()) return;
  const auto& conversion = spec.conversion();
  const auto& strategy = conversion.strategy();
  if (strategy.empty())
    errors.required(path.child("strategy"));
  else if (strategy != "None" && strategy != "Webhook")
    errors.not_supported(path.child("strategy"), strategy, {"None", "Webhook"});
  const auto& webhook = conversion.webhook();
  const auto client = path.child("webhookClientConfig");
  const auto versions = path.child("conversionReviewVersions");
  if (strategy != "Webhook") {
    if (webhook.has_clientconfig()) errors.forbidden(client, kOnlyWebhook);
    if (!webhook.conversionreviewversions().empty()) errors.forbidden(versions, kOnlyWebhook);
    return;
  }
  if (webhook.has_clientconfig())
    check_conversion_client(webhook.clientconfig(), client, errors);
  else
    errors.required(client, "required when strategy is set to Webhook");
  check_review_versions(webhook.conversionreviewversions(), versions, errors);
}

}  // namespace kubus::apiserver
