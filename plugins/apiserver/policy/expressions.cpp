#include "policy/expressions.h"

#include <k8s/admissionregistration/v1/webhook.pb.h>

#include <algorithm>

#include "kubus/api/types.h"
#include "policy/compiled_policy.h"
#include "policy/conditions.h"
#include "policy/error_order.h"
#include "schema/expression_rule.h"

namespace kubus::apiserver::policy {
namespace {

namespace registration = admissionregistration_v1;

template <class Hook>
bool same_conditions(const Hook& a, const Hook& b) {
  return std::equal(a.matchconditions().begin(), a.matchconditions().end(),
                    b.matchconditions().begin(), b.matchconditions().end(), same_content);
}

template <class Configuration>
void check(const Message& message, const Message* before, ErrorList& errors) {
  const auto& hooks = static_cast<const Configuration&>(message).webhooks();
  if (before) {
    const auto& old = static_cast<const Configuration&>(*before).webhooks();
    if (std::equal(hooks.begin(), hooks.end(), old.begin(), old.end(),
                   [](const auto& a, const auto& b) { return same_conditions(a, b); }))
      return;
  }
  for (int i = 0; i < hooks.size(); ++i) {
    const auto path = Path("webhooks").index(i).child("matchConditions");
    const auto& conditions = hooks[i].matchconditions();
    for (int k = 0; k < conditions.size(); ++k) {
      const std::string text(trimmed(conditions[k].expression()));
      // That there is none is said already.
      if (!text.empty()) compile_condition(text, path.index(k).child("expression"), errors);
    }
  }
}

void check_policy(const registration::ValidatingAdmissionPolicy& policy, ErrorList& errors) {
  ErrorList found;
  compile(policy, found);
  for (const FieldError& error : found.errors()) {
    // That there is none is said already.
    const auto text = std::string_view(error.bad_value).substr(1, error.bad_value.size() - 2);
    if (!trimmed(text).empty()) errors.add(error);
  }
}

void check_any(const Message& object, const Message* old, ErrorList& errors) {
  const auto* type = object.GetDescriptor();
  if (type == registration::ValidatingAdmissionPolicy::descriptor())
    return check_policy(static_cast<const registration::ValidatingAdmissionPolicy&>(object),
                        errors);
  if (type == registration::MutatingWebhookConfiguration::descriptor())
    return check<registration::MutatingWebhookConfiguration>(object, old, errors);
  if (type == registration::ValidatingWebhookConfiguration::descriptor())
    check<registration::ValidatingWebhookConfiguration>(object, old, errors);
}

}  // namespace

void check_admission_expressions(const Message& object, const Message* old, ErrorList& errors) {
  const auto known = errors.size();
  check_any(object, old, errors);
  if (known > 0 && errors.size() > known) errors = in_order(errors);
}

}  // namespace kubus::apiserver::policy
