// Policies of admission, and where they are bound. Whether their expressions are any is checked
// where they are compiled.
#include <k8s/admissionregistration/v1/admission_policy.pb.h>
#include <k8s/meta/v1/label_selector.pb.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "schema/expression_rule.h"
#include "validation/admission_rules.h"
#include "validation/checks.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

namespace registration = admissionregistration_v1;
using Policy = registration::ValidatingAdmissionPolicy;
using PolicySpec = registration::ValidatingAdmissionPolicySpec;
using Binding = registration::ValidatingAdmissionPolicyBinding;

constexpr int kMostAnnotations = 20;
constexpr std::array<std::string_view, 21> kReserved = {
    "true",     "false",  "null", "in",     "as",   "break", "const",
    "continue", "else",   "for",  "function", "if", "import", "let",
    "loop",     "package", "namespace", "return", "var", "void", "while"};

bool is_blank(const std::string& text) { return trimmed(text).empty(); }

bool is_identifier(const std::string& name) {
  return check_c_identifier(name).empty() &&
         std::find(kReserved.begin(), kReserved.end(), name) == kReserved.end();
}

void check_param_version(const std::string& text, const Path& path, ErrorList& errors) {
  if (text.empty()) return errors.required(path);
  const auto slash = text.find('/');
  const bool grouped = slash != std::string::npos;
  if (grouped && text.find('/', slash + 1) != std::string::npos)
    return errors.invalid(path, text, "unexpected GroupVersion string: " + text);
  const std::string group = grouped ? text.substr(0, slash) : "";
  const std::string version = grouped ? text.substr(slash + 1) : text;
  if (!group.empty()) {
    if (const auto wrong = check_dns1123_subdomain(group); !wrong.empty())
      errors.invalid(path, group, join_messages(wrong));
  }
  if (version.empty())
    errors.invalid(path, text, "version must be specified");
  else if (const auto wrong = check_dns1035_label(version); !wrong.empty())
    errors.invalid(path, version, join_messages(wrong));
}

void check_param_kind(const registration::ParamKind& kind, const Path& path, ErrorList& errors) {
  check_param_version(kind.apiversion(), path.child("apiVersion"), errors);
  if (kind.kind().empty()) return errors.required(path.child("kind"));
  if (const auto wrong = check_dns1035_label(lower_case(kind.kind())); !wrong.empty()) {
    errors.invalid(path.child("kind"), kind.kind(),
                   "may have mixed case, but should otherwise match: " + join_messages(wrong));
  }
}

void check_named_rule(const registration::NamedRuleWithOperations& rule, const Path& path,
                      ErrorList& errors) {
  std::set<std::string> names;
  for (int i = 0; i < rule.resourcenames_size(); ++i) {
    const auto& name = rule.resourcenames(i);
    const Path at = path.child("resourceNames").index(i);
    errors.invalid_each(at, name, check_path_segment(name));
    if (!names.insert(name).second) errors.duplicate(at, name);
  }
  apiserver::check_rule(rule.rulewithoperations(), path, errors);
}

void check_matched(const registration::MatchResources& match, const Path& path,
                   ErrorList& errors) {
  const auto& policy = match.matchpolicy();
  if (policy != "Equivalent" && policy != "Exact")
    errors.not_supported(path.child("matchPolicy"), policy, {"Equivalent", "Exact"});
  check_selector(match.namespaceselector(), path.child("namespaceSelector"), errors);
  check_selector(match.objectselector(), path.child("objectSelector"), errors);
  for (int i = 0; i < match.resourcerules_size(); ++i)
    check_named_rule(match.resourcerules(i), path.child("resourceRules").index(i), errors);
  for (int i = 0; i < match.excluderesourcerules_size(); ++i)
    check_named_rule(match.excluderesourcerules(i), path.child("excludeResourceRules").index(i),
                     errors);
}

void check_variables(const PolicySpec& spec, const Path& path, ErrorList& errors) {
  std::set<std::string> names;
  for (int i = 0; i < spec.variables_size(); ++i) {
    const auto& one = spec.variables(i);
    const Path name = path.index(i).child("name");
    if (is_blank(one.name())) {
      errors.required(name, "name is not specified");
    } else {
      if (!is_identifier(one.name()))
        errors.invalid(name, one.name(), "name is not a valid CEL identifier");
      if (!names.insert(one.name()).second) errors.duplicate(name, one.name());
    }
    if (is_blank(one.expression()))
      errors.required(path.index(i).child("expression"), "expression is not specified");
  }
}

void check_validation(const registration::Validation& one, const Path& path, ErrorList& errors) {
  if (is_blank(one.expression()))
    errors.required(path.child("expression"), "expression is not specified");
  if (!one.messageexpression().empty() && is_blank(one.messageexpression())) {
    errors.invalid(path.child("messageExpression"), one.messageexpression(),
                   "must be non-empty if specified");
  }
  const Path message = path.child("message");
  if (!one.message().empty() && is_blank(one.message()))
    errors.invalid(message, one.message(), "message must be non-empty if specified");
  else if (trimmed(one.message()).find_first_of("\n\r") != std::string_view::npos)
    errors.invalid(message, one.message(), "message must not contain line breaks");
  const auto& reason = one.reason();
  if (one.has_reason() && reason != "Forbidden" && reason != "Invalid" &&
      reason != "RequestEntityTooLarge" && reason != "Unauthorized") {
    errors.not_supported(path.child("reason"), reason,
                         {"Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"});
  }
}

void check_audit(const Policy& policy, const Path& path, ErrorList& errors) {
  const auto& annotations = policy.spec().auditannotations();
  if (annotations.size() > kMostAnnotations) {
    std::string list;
    for (const auto& one : annotations) list += (list.empty() ? "" : ",") + internal_json(one);
    errors.invalid_json(path, "[" + list + "]", "must not have more than 20 auditAnnotations");
  }
  std::set<std::string> keys;
  for (int i = 0; i < annotations.size(); ++i) {
    const auto& one = annotations[i];
    const Path key = path.index(i).child("key");
    if (policy.metadata().name().empty()) {
      errors.invalid(key, one.key(), "requires metadata.name be non-empty");
    } else {
      const std::string full = policy.metadata().name() + "/" + one.key();
      errors.invalid_each(key, full, check_qualified_name(full));
    }
    if (is_blank(one.valueexpression()))
      errors.required(path.index(i).child("valueExpression"), "valueExpression is not specified");
    if (!keys.insert(one.key()).second) errors.duplicate(key, one.key());
  }
}

void check_policy(const Policy& policy, ErrorList& errors) {
  constexpr std::string_view kNothing =
      "validations or auditAnnotations must contain at least one item";
  const Path path("spec");
  const PolicySpec& spec = policy.spec();
  const auto& failure = spec.failurepolicy();
  if (failure != "Fail" && failure != "Ignore")
    errors.not_supported(path.child("failurePolicy"), failure, {"Fail", "Ignore"});
  if (spec.has_paramkind()) check_param_kind(spec.paramkind(), path.child("paramKind"), errors);
  const Path match = path.child("matchConstraints");
  if (!spec.has_matchconstraints()) {
    errors.required(match);
  } else {
    check_matched(spec.matchconstraints(), match, errors);
    if (spec.matchconstraints().resourcerules().empty())
      errors.required(match.child("resourceRules"));
  }
  check_match_conditions(spec.matchconditions(), path.child("matchConditions"), errors);
  check_variables(spec, path.child("variables"), errors);
  if (spec.validations().empty() && spec.auditannotations().empty()) {
    errors.required(path.child("validations"), kNothing);
    return errors.required(path.child("auditAnnotations"), kNothing);
  }
  for (int i = 0; i < spec.validations_size(); ++i)
    check_validation(spec.validations(i), path.child("validations").index(i), errors);
  check_audit(policy, path.child("auditAnnotations"), errors);
}

void check_policy_status(const Policy& policy, const Policy& /*old*/, ErrorList& errors) {
  check_condition_list(policy.status().conditions(), Path("status").child("conditions"), errors);
}

void check_params(const registration::ParamRef& params, const Path& path, ErrorList& errors) {
  constexpr std::string_view kOne = "name and selector are mutually exclusive";
  const bool both = !params.name().empty() && params.has_selector();
  errors.invalid_each(path.child("name"), params.name(), check_path_segment(params.name()));
  if (both) errors.forbidden(path.child("name"), kOne);
  if (params.has_selector()) check_selector(params.selector(), path.child("selector"), errors);
  if (both) errors.forbidden(path.child("selector"), kOne);
  if (params.name().empty() && !params.has_selector())
    errors.required(path, "one of name or selector must be specified");
  check_one_of(params.parameternotfoundaction(), {"Deny", "Allow"},
               path.child("parameterNotFoundAction"), errors);
}

void check_actions(const google::protobuf::RepeatedPtrField<std::string>& actions,
                   const Path& path, ErrorList& errors) {
  std::set<std::string> seen;
  for (int i = 0; i < actions.size(); ++i) {
    const auto& one = actions[i];
    if (one != "Audit" && one != "Deny" && one != "Warn")
      errors.not_supported(path.index(i), one, {"Audit", "Deny", "Warn"});
    if (!seen.insert(one).second) errors.duplicate(path.index(i), one);
  }
  if (seen.contains("Deny") && seen.contains("Warn")) {
    errors.invalid_json(path, list_json(actions),
                        "must not contain both Deny and Warn (repeating the same validation "
                        "failure information in the API response and headers serves no purpose)");
  }
  if (seen.empty()) errors.required(path, "at least one validation action is required");
}

void check_policy_binding(const Binding& binding, ErrorList& errors) {
  const Path path("spec");
  const auto& spec = binding.spec();
  const Path name = path.child("policyName");
  if (spec.policyname().empty())
    errors.required(name);
  else
    errors.invalid_each(name, spec.policyname(), check_dns1123_subdomain(spec.policyname()));
  if (spec.has_paramref()) check_params(spec.paramref(), path.child("paramRef"), errors);
  if (spec.has_matchresources())
    // So the reference spells it.
    check_matched(spec.matchresources(), path.child("matchResouces"), errors);
  check_actions(spec.validationactions(), path.child("validationActions"), errors);
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.admissionregistration.v1.ValidatingAdmissionPolicy",
     check_as<Policy, check_policy>, nullptr, nullptr, compare_as<Policy, check_policy_status>},
    {"k8s.io.api.admissionregistration.v1.ValidatingAdmissionPolicyBinding",
     check_as<Binding, check_policy_binding>},
};

}  // namespace

std::span<const Validator> admission_policy_validators() { return kValidators; }

}  // namespace kubus::apiserver
