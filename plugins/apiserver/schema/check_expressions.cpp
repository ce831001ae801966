// Whether objects keep the rules of their schema.
#include <boost/json.hpp>

#include "kubus/api/json_value.h"
#include "schema/expression_rule.h"
#include "schema/old_items.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxMessage = 5 * 1024;

FieldErrorType error_type(const std::string& reason) {
  if (reason == "FieldValueRequired") return FieldErrorType::kRequired;
  if (reason == "FieldValueForbidden") return FieldErrorType::kForbidden;
  if (reason == "FieldValueDuplicate") return FieldErrorType::kDuplicate;
  return FieldErrorType::kInvalid;
}

// The value that broke a rule, where it is no list and no object.
std::string scalar_text(const json::value& value) {
  std::string out;
  if (!value.is_structured() && !value.is_null()) append_json(value, out);
  return out;
}

// How a rule is called where it could not be evaluated.
std::string name_of(const ExpressionRule& rule) {
  return rule.message.empty() ? std::string(trimmed(rule.rule)) : rule.message;
}

class RuleWalk {
 public:
  explicit RuleWalk(ErrorList& errors) : errors_(errors) {}

  // `old`: what stood here before; null when nothing did, or it cannot be told.
  void check(const json::value& value, const json::value* old, const Schema& schema,
             const Path& at) {
    if (!schema.has_expressions || spent_ || value.is_null()) return;
    const bool unchanged = old && *old == value;
    for (const auto& rule : schema.expressions) {
      if (spent_) return;
      // What was wrong before and is as it was may stay.
      if (unchanged && !rule.transition) continue;
      evaluate(rule, value, old, schema, at);
    }
    if (const auto* object = value.if_object()) {
      const auto* before = old && !schema.map_atomic ? old->if_object() : nullptr;
      check_members(*object, before, schema, at);
    }
    const auto* array = value.if_array();
    if (!array || !schema.items) return;
    const OldItems before(old, schema);
    for (std::size_t i = 0; i < array->size(); ++i)
      check((*array)[i], before.find((*array)[i]), *schema.items, at.index(i));
  }

 private:
  void check_members(const json::object& object, const json::object* before, const Schema& schema,
                     const Path& at) {
    for (const auto& [name, one] : schema.properties)
      if (const auto* value = object.if_contains(name))
        check(*value, before ? before->if_contains(name) : nullptr, one, at.child(name));
    if (!schema.additional) return;
    for (const auto& member : object) {
      const std::string_view name(member.key().data(), member.key().size());
      if (!schema.property(name))
        check(member.value(), before ? before->if_contains(name) : nullptr, *schema.additional,
              at.key(name));
    }
  }

  void evaluate(const ExpressionRule& rule, const json::value& value, const json::value* old,
                const Schema& schema, const Path& at) {
    const bool optional = rule.optional_old_self.value_or(false);
    if (!rule.program.ok() || (rule.transition && !old && !optional)) return;
    std::vector<cel::Value> variables = {cel::Value::json(value, schema.expression_type), {}};
    if (old) variables[1] = cel::Value::json(*old, schema.expression_type);
    if (optional) variables[1] = old ? cel::Value::some(variables[1]) : cel::Value::none();
    const auto outcome = rule.program.run(variables);
    spend(outcome.cost, at, schema);
    if (spent_) return;
    if (outcome.value.is_error()) return failed(rule, outcome, schema, at);
    if (outcome.value.is_true()) return;
    std::string problem;
    auto where = rule.field_path.empty()
                     ? at
                     : resolve_field_path(at, rule.field_path, schema, problem).value_or(at);
    add(error_type(rule.reason), where, scalar_text(value),
        message_of(rule, variables, at, schema));
  }

  void failed(const ExpressionRule& rule, const cel::Outcome& outcome, const Schema& schema,
              const Path& at) {
    const std::string error(outcome.value.as_text());
    if (outcome.over_limit) {
      spent_ = true;
      return add(FieldErrorType::kInvalid, at, quoted(schema.type),
                 "'" + error +
                     "': no further validation rules will be run due to call cost exceeds limit "
                     "for rule: " +
                     name_of(rule));
    }
    if (error.starts_with("no such overload"))
      return add(FieldErrorType::kInvalid, at, quoted(schema.type),
                 "'" + error +
                     "': call arguments did not match a supported operator, function or macro "
                     "signature for rule: " +
                     name_of(rule));
    add(FieldErrorType::kInvalid, at, quoted(schema.type),
        error + " evaluating rule: " + name_of(rule));
  }

  // What the rule says for itself; a message that cannot be made is none.
  std::string message_of(const ExpressionRule& rule, const std::vector<cel::Value>& variables,
                         const Path& at, const Schema& schema) {
    if (rule.message_program.ok()) {
      const auto outcome = rule.message_program.run(variables);
      spend(outcome.cost, at, schema);
      if (outcome.value.kind() == cel::Kind::kString) {
        const std::string text(trimmed(outcome.value.as_text()));
        if (!text.empty() && text.size() <= kMaxMessage && text.find('\n') == text.npos)
          return text;
      }
    }
    return rule.message.empty() ? "failed rule: " + std::string(trimmed(rule.rule)) : rule.message;
  }

  void spend(std::uint64_t cost, const Path& at, const Schema& schema) {
    if (cost <= budget_) {
      budget_ -= cost;
      return;
    }
    if (spent_) return;
    spent_ = true;
    add(FieldErrorType::kInvalid, at, quoted(schema.type),
        "validation failed due to running out of cost budget, no further validation rules will be "
        "run");
  }

  void add(FieldErrorType type, const Path& at, std::string value, std::string detail) {
    const bool shows = type == FieldErrorType::kInvalid || type == FieldErrorType::kDuplicate;
    // What is there already says it all.
    if (type == FieldErrorType::kDuplicate) detail.clear();
    errors_.add({type, at.str().empty() ? "<nil>" : at.str(), shows ? std::move(value) : "",
                 std::move(detail)});
  }

  ErrorList& errors_;
  std::uint64_t budget_ = cel::kRequestCost;
  bool spent_ = false;
};

}  // namespace

void check_expressions(const json::value& object, const json::value* old, const Schema& schema,
                       ErrorList& errors) {
  RuleWalk(errors).check(object, old, schema, Path());
}

}  // namespace kubus::apiserver
