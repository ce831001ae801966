#include "oidc/expressions.h"

#include <boost/json/object.hpp>

#include "policy/conditions.h"
#include "respond/json_members.h"

namespace kubus::apiserver::oidc {
namespace {

using cel::Kind;
using cel::TypePtr;

Status failed(const std::string& what, const std::string& why) {
  return Status(Code::kUnauthorized, "oidc: error evaluating " + what + ": " + why);
}

const TypePtr& claims_type() {
  static const TypePtr kType = cel::map_of(cel::type_of(Kind::kString), cel::type_of(Kind::kDyn));
  return kType;
}

TypePtr make_user_type() {
  const auto text = cel::type_of(Kind::kString);
  const auto texts = cel::list_of(text);
  return cel::object_type("kubernetes.UserInfo", {{"username", text},
                                                  {"uid", text},
                                                  {"groups", texts},
                                                  {"extra", cel::map_of(text, texts)}});
}

const TypePtr& user_type() {
  static const TypePtr kType = make_user_type();
  return kType;
}

Expression compile(const std::string& text, bool condition, const char* variable,
                   const TypePtr& type, const Path& path, ErrorList& errors) {
  Expression out{text, cel::Program::compile(text, {{variable, type}})};
  if (!out.program.ok())
    errors.invalid(path, text, "compilation failed: " + out.program.error());
  else if (condition && out.program.type()->kind != Kind::kBool)
    errors.invalid(path, text, "must evaluate to bool");
  return out;
}

Result<cel::Value> run(const Expression& expression, const boost::json::value& subject,
                       const std::string& what) {
  const cel::Value variables[] = {cel::Value::json(subject, nullptr)};
  auto value = expression.program.run(variables).value;
  if (value.is_error())
    return failed(what, policy::evaluation_error(expression.text, value));
  return value;
}

}  // namespace

Expression compile_claims_expression(const std::string& text, bool condition, const Path& path,
                                     ErrorList& errors) {
  return compile(text, condition, "claims", claims_type(), path, errors);
}

Expression compile_user_expression(const std::string& text, const Path& path, ErrorList& errors) {
  return compile(text, true, "user", user_type(), path, errors);
}

bool takes_claim(const Expression& expression, std::string_view claim) {
  return expression.program.selects(0, claim);
}

Result<std::string> evaluate_text(const Expression& expression, const boost::json::value& claims,
                                  const std::string& what) {
  const auto value = run(expression, claims, what + " claim expression");
  if (!value.ok()) return value.status();
  if (value->kind() != Kind::kString)
    return failed(what + " claim expression", what + " claim expression must return a string");
  return std::string(value->as_text());
}

Result<std::vector<std::string>> evaluate_texts(const Expression& expression,
                                                const boost::json::value& claims,
                                                const std::string& what) {
  const auto value = run(expression, claims, what);
  if (!value.ok()) return value.status();
  std::vector<std::string> out;
  const auto add = [&out](const cel::Value& one) {
    if (one.kind() == Kind::kString && !one.as_text().empty()) out.emplace_back(one.as_text());
    return one.kind() == Kind::kString;
  };
  bool fits = value->kind() == Kind::kNull || value->kind() == Kind::kList || add(*value);
  if (value->kind() == Kind::kList)
    for (std::size_t i = 0; fits && i < value->as_list().size(); ++i)
      fits = add(value->as_list().at(i));
  if (!fits) return failed(what, "expression must return a string or a list of strings");
  return out;
}

Status check_rules(const std::vector<Rule>& rules, const boost::json::value& subject,
                   const std::string& what) {
  for (const auto& rule : rules) {
    const auto value = run(rule.expression, subject, what);
    if (!value.ok()) return value.status();
    if (value->kind() != Kind::kBool)
      return failed(what, "validation expression must return a boolean");
    if (!value->is_true())
      return failed(what, "validation expression '" + rule.expression.text +
                              "' failed: " + rule.message);
  }
  return {};
}

boost::json::value user_document(const Identity& identity) {
  boost::json::object extra;
  for (const auto& [key, values] : identity.extra) extra[key] = strings(values);
  return boost::json::object{{"username", identity.name},
                             {"uid", identity.uid},
                             {"groups", strings(identity.groups)},
                             {"extra", std::move(extra)}};
}

}  // namespace kubus::apiserver::oidc
