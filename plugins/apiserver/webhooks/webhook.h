// Webhook: one webhook of a configuration, ready to be asked.
//
// Thread safety: immutable once compiled.
#pragma once

#include <k8s/admissionregistration/v1/rule.pb.h>
#include <k8s/admissionregistration/v1/webhook.pb.h>
#include <k8s/meta/v1/label_selector.pb.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "kubus/api/types.h"
#include "kubus/http/tls.h"
#include "policy/conditions.h"

namespace kubus::apiserver::webhooks {

struct Webhook {
  std::string name, configuration;
  bool mutates = false;
  bool fails_open = false;  // what goes wrong with it is no matter
  bool dry_runs = false;    // it leaves nothing behind, so that it can be asked about dry runs
  bool equivalent = true;   // its rules are about other versions of what they name as well
  bool reinvoked = false;   // it wants to see what others make of an object after it
  // Of the reviews it reads: the first it names of those that are known; empty: none is.
  std::string review_version;
  std::chrono::seconds timeout{10};
  std::vector<admissionregistration_v1::RuleWithOperations> rules;
  meta_v1::LabelSelector namespaces, objects;
  std::vector<policy::Condition> conditions;
  admissionregistration_v1::WebhookClientConfig client;
  Result<std::shared_ptr<const http::ClientTls>> tls = Status(Code::kUnknown, "not compiled");
};
using WebhookPtr = std::shared_ptr<const Webhook>;
using WebhookList = std::vector<WebhookPtr>;

WebhookList compile(const admissionregistration_v1::MutatingWebhookConfiguration& configuration);
WebhookList compile(const admissionregistration_v1::ValidatingWebhookConfiguration& configuration);

}  // namespace kubus::apiserver::webhooks
