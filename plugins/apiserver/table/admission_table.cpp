#include <k8s/admissionregistration/v1/admission_policy.pb.h>
#include <k8s/admissionregistration/v1/webhook.pb.h>

#include "table/printer.h"
#include "table/texts.h"

namespace kubus::apiserver {
namespace {

constexpr Column kWebhookColumns[] = {
    kNameColumn,
    {"Webhooks", "integer", "Number of webhooks"},
    kAgeColumn,
};

template <class T>
void print_webhooks(const T& object, Cells& cells) {
  cells.text(object.metadata().name());
  cells.number(object.webhooks_size());
  cells.age(object.metadata().creationtimestamp());
}

constexpr Column kPolicyColumns[] = {
    kNameColumn,
    {"Validations", "integer", "Number of expressions that must hold"},
    {"ParamKind", "string", "Kind of the policy's parameters"},
    kAgeColumn,
};

void print_policy(const admissionregistration_v1::ValidatingAdmissionPolicy& object, Cells& cells) {
  const auto& spec = object.spec();
  cells.text(object.metadata().name());
  cells.number(spec.validations_size());
  cells.text(spec.has_paramkind() ? spec.paramkind().apiversion() + "/" + spec.paramkind().kind()
                                  : "<unset>");
  cells.age(object.metadata().creationtimestamp());
}

constexpr Column kBindingColumns[] = {
    kNameColumn,
    {"PolicyName", "string", "Policy that is put to use"},
    {"ParamRef", "string", "Parameters of the policy"},
    kAgeColumn,
};

std::string param_text(const admissionregistration_v1::ValidatingAdmissionPolicyBinding& object) {
  if (!object.spec().has_paramref()) return "<unset>";
  const auto& reference = object.spec().paramref();
  if (!reference.name().empty()) {
    return (reference.namespace_().empty() ? "*" : reference.namespace_()) + "/" + reference.name();
  }
  return reference.has_selector() ? selector_text(reference.selector()) : "<unset>";
}

void print_binding(const admissionregistration_v1::ValidatingAdmissionPolicyBinding& object,
                   Cells& cells) {
  cells.text(object.metadata().name());
  cells.text(object.spec().policyname());
  cells.text(param_text(object));
  cells.age(object.metadata().creationtimestamp());
}

namespace v1 = admissionregistration_v1;

constexpr Printer kPrinters[] = {
    {"k8s.io.api.admissionregistration.v1.MutatingWebhookConfiguration", kWebhookColumns,
     print_as<v1::MutatingWebhookConfiguration, print_webhooks<v1::MutatingWebhookConfiguration>>},
    {"k8s.io.api.admissionregistration.v1.ValidatingWebhookConfiguration", kWebhookColumns,
     print_as<v1::ValidatingWebhookConfiguration,
              print_webhooks<v1::ValidatingWebhookConfiguration>>},
    {"k8s.io.api.admissionregistration.v1.ValidatingAdmissionPolicy", kPolicyColumns,
     print_as<v1::ValidatingAdmissionPolicy, print_policy>},
    {"k8s.io.api.admissionregistration.v1.ValidatingAdmissionPolicyBinding", kBindingColumns,
     print_as<v1::ValidatingAdmissionPolicyBinding, print_binding>},
};

}  // namespace

std::span<const Printer> admission_printers() { return kPrinters; }

}  // namespace kubus::apiserver
