#include "policy/compiled_policy.h"

#include "policy/conditions.h"

namespace kubus::apiserver::policy {
namespace {

using cel::Kind;

class Compiler {
 public:
  // `of_policy`: expressions see its parameters and variables.
  Compiler(ErrorList& errors, bool of_policy) : errors_(errors), of_policy_(of_policy) {
    variables_ = std::make_shared<cel::Type>();
    variables_->kind = Kind::kObject;
    variables_->name = "kubernetes.variables";
  }

  // `kind`: what it must yield; kDyn: anything.
  cel::Program compile(const std::string& text, Kind kind, const Path& at) {
    const auto any = cel::type_of(Kind::kDyn);
    // What has no name holds its place.
    const std::string params = of_policy_ ? "params" : "";
    const std::string variables = of_policy_ ? "variables" : "";
    const cel::Declarations names = {{"object", any},          {"oldObject", any},
                                     {"request", any},         {params, any},
                                     {"namespaceObject", any}, {variables, variables_}};
    auto out = cel::Program::compile(text, names);
    if (!out.ok()) {
      errors_.invalid(at, text, "compilation failed: " + out.error());
    } else if (kind != Kind::kDyn && out.type()->kind != kind) {
      errors_.invalid(at, text, "must evaluate to " + cel::type_of(kind)->text());
    }
    return out;
  }

  // A variable is seen by what comes after it only.
  void declare(const std::string& name, const cel::Program& program) {
    variables_->fields[name] = program.ok() ? program.type() : cel::type_of(Kind::kDyn);
  }

 private:
  ErrorList& errors_;
  const bool of_policy_;
  std::shared_ptr<cel::Type> variables_;
};

std::size_t place(int i) { return static_cast<std::size_t>(i); }

}  // namespace

cel::Program compile_condition(const std::string& expression) {
  ErrorList ignored;
  return compile_condition(expression, Path("expression"), ignored);
}

cel::Program compile_condition(const std::string& expression, const Path& at, ErrorList& errors) {
  return Compiler(errors, false).compile(expression, Kind::kBool, at);
}

CompiledPolicy compile(const admissionregistration_v1::ValidatingAdmissionPolicy& policy,
                       ErrorList& errors) {
  CompiledPolicy out{policy, {}, {}, {}, {}, {}};
  Compiler compiler(errors, true);
  const Path spec("spec");
  const auto& from = out.policy.spec();
  // Conditions are asked before anything else, and see no variables.
  for (int i = 0; i < from.matchconditions_size(); ++i)
    out.conditions.push_back(
        compiler.compile(from.matchconditions(i).expression(), Kind::kBool,
                         spec.child("matchConditions").index(place(i)).child("expression")));
  for (int i = 0; i < from.variables_size(); ++i) {
    out.variables.push_back(
        compiler.compile(from.variables(i).expression(), Kind::kDyn,
                         spec.child("variables").index(place(i)).child("expression")));
    compiler.declare(from.variables(i).name(), out.variables.back());
  }
  for (int i = 0; i < from.validations_size(); ++i) {
    const auto& one = from.validations(i);
    const auto at = spec.child("validations").index(place(i));
    out.validations.push_back(
        compiler.compile(one.expression(), Kind::kBool, at.child("expression")));
    out.messages.push_back(one.messageexpression().empty()
                               ? cel::Program()
                               : compiler.compile(one.messageexpression(), Kind::kString,
                                                  at.child("messageExpression")));
  }
  for (int i = 0; i < from.auditannotations_size(); ++i)
    out.annotations.push_back(
        compiler.compile(from.auditannotations(i).valueexpression(), Kind::kDyn,
                         spec.child("auditAnnotations").index(place(i)).child("valueExpression")));
  return out;
}

}  // namespace kubus::apiserver::policy
