#include "policy/compiled_policy.h"

#include <algorithm>

#include "cel/access.h"
#include "policy/conditions.h"
#include "policy/request_types.h"

namespace kubus::apiserver::policy {
namespace {

using cel::Kind;

// What an expression must yield; nothing: it may be anything.
using Yields = std::vector<Kind>;

std::string printed(const cel::Type& type) {
  return type.kind == Kind::kNull ? "null_type" : type.text();
}

class Compiler {
 public:
  // `of_policy`: expressions see its variables.
  Compiler(bool of_policy, Subjects subjects, ErrorList& errors)
      : of_policy_(of_policy), subjects_(std::move(subjects)), errors_(errors) {
    variables_ = std::make_shared<cel::Type>();
    variables_->kind = Kind::kObject;
    variables_->name = "kubernetes.variables";
  }

  cel::Program compile(const std::string& text, const Yields& kinds, const Path& at) {
    const auto& params = subjects_.params;
    // In the order of Variable. No expression can say a name that is empty.
    const cel::Declarations names = {
        {"object", subjects_.object},
        {"oldObject", subjects_.object},
        {"request", request_type()},
        {params ? "params" : "", params ? params : cel::type_of(Kind::kDyn)},
        {"namespaceObject", namespace_type()},
        {of_policy_ ? "variables" : "", variables_},
        {"authorizer", cel::authorizer_type()},
        {"authorizer.requestResource", cel::resource_check_type()}};
    auto out = cel::Program::compile(text, names);
    if (!out.ok())
      errors_.invalid(at, text, "compilation failed: " + out.error());
    else if (!kinds.empty() &&
             std::find(kinds.begin(), kinds.end(), out.type()->kind) == kinds.end())
      errors_.invalid(at, text, must_yield(kinds, *out.type()));
    return out;
  }

  // A variable is seen by what comes after it only.
  void declare(const std::string& name, const cel::Program& program) {
    variables_->fields[name] = program.ok() ? program.type() : cel::type_of(Kind::kDyn);
  }

 private:
  static std::string must_yield(const Yields& kinds, const cel::Type& found) {
    if (kinds.size() == 1)
      return "must evaluate to " + printed(*cel::type_of(kinds[0])) + " but got " + printed(found);
    std::string list;
    for (const auto kind : kinds)
      list += (list.empty() ? "" : " ") + printed(*cel::type_of(kind));
    return "must evaluate to one of [" + list + "]";
  }

  const bool of_policy_;
  const Subjects subjects_;
  ErrorList& errors_;
  std::shared_ptr<cel::Type> variables_;
};

std::size_t place(int i) { return static_cast<std::size_t>(i); }

}  // namespace

Condition compile_condition(const std::string& expression) {
  ErrorList ignored;
  return {expression, compile_condition(expression, Path(), ignored)};
}

cel::Program compile_condition(const std::string& expression, const Path& at, ErrorList& errors) {
  const Subjects subjects{cel::type_of(Kind::kDyn), nullptr};
  return Compiler(false, subjects, errors).compile(expression, {Kind::kBool}, at);
}

std::string evaluation_error(const std::string& expression, const cel::Value& error) {
  return "expression '" + expression + "' resulted in error: " + std::string(error.as_text());
}

CompiledPolicy compile(const admissionregistration_v1::ValidatingAdmissionPolicy& policy,
                       ErrorList& errors) {
  const auto any = cel::type_of(Kind::kDyn);
  return compile(policy, {any, policy.spec().has_paramkind() ? any : nullptr}, errors);
}

CompiledPolicy compile(const admissionregistration_v1::ValidatingAdmissionPolicy& policy,
                       const Subjects& subjects, ErrorList& errors) {
  CompiledPolicy out{policy, {}, {}, {}, {}, {}};
  Compiler conditions(false, subjects, errors), compiler(true, subjects, errors);
  const Path spec("spec");
  const auto& from = out.policy.spec();
  // Conditions are asked before anything else, and see no variables.
  for (int i = 0; i < from.matchconditions_size(); ++i)
    out.conditions.push_back(
        conditions.compile(from.matchconditions(i).expression(), {Kind::kBool},
                         spec.child("matchConditions").index(place(i)).child("expression")));
  for (int i = 0; i < from.variables_size(); ++i) {
    out.variables.push_back(
        compiler.compile(from.variables(i).expression(), {},
                         spec.child("variables").index(place(i)).child("expression")));
    compiler.declare(from.variables(i).name(), out.variables.back());
  }
  for (int i = 0; i < from.validations_size(); ++i) {
    const auto& one = from.validations(i);
    const auto at = spec.child("validations").index(place(i));
    out.validations.push_back(
        compiler.compile(one.expression(), {Kind::kBool}, at.child("expression")));
    out.messages.push_back(one.messageexpression().empty()
                               ? cel::Program()
                               : compiler.compile(one.messageexpression(), {Kind::kString},
                                                  at.child("messageExpression")));
  }
  for (int i = 0; i < from.auditannotations_size(); ++i)
    out.annotations.push_back(
        compiler.compile(from.auditannotations(i).valueexpression(), {Kind::kString, Kind::kNull},
                         spec.child("auditAnnotations").index(place(i)).child("valueExpression")));
  return out;
}

}  // namespace kubus::apiserver::policy
