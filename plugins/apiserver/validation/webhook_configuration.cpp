#include <k8s/admissionregistration/v1/webhook.pb.h>
#include <k8s/meta/v1/label_selector.pb.h>

#include <algorithm>
#include <set>
#include <string>

#include "validation/admission_rules.h"
#include "validation/validator.h"
#include "validation/webhook_client.h"

namespace kubus::apiserver {
namespace {

namespace registration = admissionregistration_v1;

constexpr int kWebhookPort = 443;
constexpr int kShortestTimeout = 1, kLongestTimeout = 30;

// Which rules what was there before broke already: its changes need not keep them.
struct Leniency {
  bool side_effects = false, review_versions = false, equal_names = false;
};

bool leaves_nothing_behind(const std::string& effects) {
  return effects == "None" || effects == "NoneOnDryRun";
}

bool is_review_version(const std::string& version) {
  return version == "v1" || version == "v1beta1";
}

template <class Hook>
bool has_review_version(const Hook& hook) {
  const auto& versions = hook.admissionreviewversions();
  return std::any_of(versions.begin(), versions.end(), is_review_version);
}

void check_hook_name(const std::string& name, const Path& path, ErrorList& errors) {
  if (name.empty()) return errors.required(path);
  std::string wrong;
  for (const auto& message : check_dns1123_subdomain(name))
    wrong += (wrong.empty() ? "" : ",") + message;
  if (!wrong.empty()) return errors.invalid(path, name, wrong);
  if (std::count(name.begin(), name.end(), '.') < 2)
    errors.invalid(path, name,
                   "should be a domain with at least three segments separated by dots");
}

void check_side_effects(const std::string* effects, bool lenient, const Path& path,
                        ErrorList& errors) {
  if (!effects)
    return errors.required(path, std::string("must specify one of ") +
                                     (lenient ? "None, NoneOnDryRun, Some, Unknown"
                                              : "None, NoneOnDryRun"));
  if (leaves_nothing_behind(*effects)) return;
  if (!lenient) return errors.not_supported(path, *effects, {"None", "NoneOnDryRun"});
  if (*effects != "Some" && *effects != "Unknown")
    errors.not_supported(path, *effects, {"None", "NoneOnDryRun", "Some", "Unknown"});
}

void check_client(const registration::WebhookClientConfig& client, const Path& path,
                  ErrorList& errors) {
  if (client.has_url() == client.has_service())
    return errors.required(path, "exactly one of url or service is required");
  if (client.has_url()) return check_webhook_url(client.url(), path.child("url"), errors);
  const auto& service = client.service();
  check_webhook_service(service.name(), service.namespace_(),
                        service.has_port() ? service.port() : kWebhookPort, service.path(),
                        path.child("service"), errors);
}

template <class Hook>
void check_review_versions(const Hook& hook, bool lenient, const Path& path, ErrorList& errors) {
  const auto& versions = hook.admissionreviewversions();
  if (versions.empty()) return errors.required(path, "must specify one of v1, v1beta1");
  std::set<std::string> seen;
  for (int i = 0; i < versions.size(); ++i) {
    if (!seen.insert(versions[i]).second)
      errors.invalid(path.index(i), versions[i], "duplicate version");
    else
      errors.invalid_each(path.index(i), versions[i], check_dns1035_label(versions[i]));
  }
  if (!lenient && !has_review_version(hook))
    errors.invalid_json(path, list_json(versions), "must include at least one of v1, v1beta1");
}

// A field that is one of two words, where it is set.
void check_word(bool set, const std::string& word, std::string_view one, std::string_view other,
                const Path& path, ErrorList& errors) {
  if (set && word != one && word != other) errors.not_supported(path, word, {one, other});
}

void check_reinvocation(const registration::ValidatingWebhook&, const Path&, ErrorList&) {}

void check_reinvocation(const registration::MutatingWebhook& hook, const Path& path,
                        ErrorList& errors) {
  check_word(hook.has_reinvocationpolicy(), hook.reinvocationpolicy(), "IfNeeded", "Never",
             path.child("reinvocationPolicy"), errors);
}

template <class Hook>
void check_webhook(const Hook& hook, const Leniency& lenient, const Path& path, ErrorList& errors) {
  check_hook_name(hook.name(), path.child("name"), errors);
  for (int i = 0; i < hook.rules_size(); ++i)
    check_rule(hook.rules(i), path.child("rules").index(i), errors);
  check_word(hook.has_failurepolicy(), hook.failurepolicy(), "Fail", "Ignore",
             path.child("failurePolicy"), errors);
  check_word(hook.has_matchpolicy(), hook.matchpolicy(), "Equivalent", "Exact",
             path.child("matchPolicy"), errors);
  check_side_effects(hook.has_sideeffects() ? &hook.sideeffects() : nullptr, lenient.side_effects,
                     path.child("sideEffects"), errors);
  if (hook.has_timeoutseconds() &&
      (hook.timeoutseconds() < kShortestTimeout || hook.timeoutseconds() > kLongestTimeout))
    errors.invalid(path.child("timeoutSeconds"), hook.timeoutseconds(),
                   "the timeout value must be between 1 and 30 seconds");
  if (hook.has_namespaceselector())
    check_selector(hook.namespaceselector(), path.child("namespaceSelector"), errors);
  if (hook.has_objectselector())
    check_selector(hook.objectselector(), path.child("objectSelector"), errors);
  check_reinvocation(hook, path, errors);
  check_client(hook.clientconfig(), path.child("clientConfig"), errors);
  check_match_conditions(hook.matchconditions(), path.child("matchConditions"), errors);
  check_review_versions(hook, lenient.review_versions, path.child("admissionReviewVersions"),
                        errors);
}

template <class Configuration>
void check_hooks(const Configuration& object, const Leniency& lenient, ErrorList& errors) {
  std::set<std::string> names;
  for (int i = 0; i < object.webhooks_size(); ++i) {
    const auto path = Path("webhooks").index(i);
    const auto& name = object.webhooks(i).name();
    check_webhook(object.webhooks(i), lenient, path, errors);
    if (!name.empty() && !names.insert(name).second && !lenient.equal_names)
      errors.duplicate(path.child("name"), name);
  }
}

template <class Configuration>
void check_new(const Configuration& object, ErrorList& errors) {
  check_hooks(object, {}, errors);
}

template <class Configuration>
void check_change(const Configuration& object, const Configuration& old, ErrorList& errors) {
  Leniency lenient;
  std::set<std::string> names;
  for (const auto& hook : old.webhooks()) {
    lenient.side_effects |= !leaves_nothing_behind(hook.sideeffects());
    lenient.review_versions |= !hook.admissionreviewversions().empty() && !has_review_version(hook);
    lenient.equal_names |= !names.insert(hook.name()).second;
  }
  check_hooks(object, lenient, errors);
}

template <class Configuration>
constexpr Validator validator(std::string_view type) {
  return {type, nullptr, compare_as<Configuration, check_change<Configuration>>,
          check_as<Configuration, check_new<Configuration>>};
}

constexpr Validator kValidators[] = {
    validator<registration::MutatingWebhookConfiguration>(
        "k8s.io.api.admissionregistration.v1.MutatingWebhookConfiguration"),
    validator<registration::ValidatingWebhookConfiguration>(
        "k8s.io.api.admissionregistration.v1.ValidatingWebhookConfiguration"),
};

}  // namespace

std::span<const Validator> webhook_validators() { return kValidators; }

}  // namespace kubus::apiserver
