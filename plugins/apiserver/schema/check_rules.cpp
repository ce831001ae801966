// What is wrong with the rules of a definition.
#include <algorithm>

#include "kubus/api/json_value.h"
#include "schema/expression_rule.h"

namespace kubus::apiserver {
namespace {

constexpr const char* kReasons[] = {"FieldValueDuplicate", "FieldValueForbidden",
                                    "FieldValueInvalid", "FieldValueRequired"};

bool has_newline(std::string_view text) { return text.find_first_of("\r\n") != text.npos; }

// The rule as the reference prints it where it is at fault.
std::string printed(const ExpressionRule& rule) {
  const auto text = [](std::string_view value) {
    std::string out;
    append_json(boost::json::value(value), out);
    return out;
  };
  return "{\"Rule\":" + text(rule.rule) + ",\"Message\":" + text(rule.message) +
         ",\"MessageExpression\":" + text(rule.message_expression) +
         ",\"Reason\":" + (rule.reason.empty() ? "null" : text(rule.reason)) +
         ",\"FieldPath\":" + text(rule.field_path) + ",\"OptionalOldSelf\":" +
         (!rule.optional_old_self   ? "null"
          : *rule.optional_old_self ? "true"
                                    : "false") +
         "}";
}

class RuleChecker {
 public:
  explicit RuleChecker(ErrorList& errors) : errors_(errors) {}

  // `uncorrelated`: within what an old value cannot be told from a new one, and where that begins.
  void walk(const Schema& schema, const Path& path, const Path* uncorrelated) {
    if (!schema.has_expressions) return;
    for (std::size_t i = 0; i < schema.expressions.size(); ++i) {
      const auto at = path.child("x-kubernetes-validations").index(i);
      check_words(schema.expressions[i], at, schema);
      check_programs(schema.expressions[i], at, uncorrelated);
    }
    for (const auto& [name, one] : schema.properties) {
      const auto at = path.child("properties").key(name);
      walk(one, at, uncorrelated ? uncorrelated : schema.map_atomic ? &path : nullptr);
    }
    if (schema.additional)
      walk(*schema.additional, path.child("additionalProperties"),
           uncorrelated        ? uncorrelated
           : schema.map_atomic ? &path
                               : nullptr);
    if (schema.items)
      walk(*schema.items, path.child("items"),
           uncorrelated                      ? uncorrelated
           : schema.list != SchemaList::kMap ? &path
                                             : nullptr);
  }

 private:
  void check_words(const ExpressionRule& rule, const Path& at, const Schema& schema) {
    const auto text = trimmed(rule.rule), message = trimmed(rule.message);
    if (text.empty())
      errors_.required(at.child("rule"), "rule is not specified");
    else if (!rule.message.empty() && message.empty())
      errors_.invalid(at.child("message"), rule.message, "message must be non-empty if specified");
    else if (has_newline(message))
      errors_.invalid(at.child("message"), rule.message, "message must not contain line breaks");
    else if (has_newline(text) && message.empty())
      errors_.required(at.child("message"),
                       "message must be specified if rule contains line breaks");
    if (!rule.message_expression.empty() && trimmed(rule.message_expression).empty())
      errors_.required(at.child("messageExpression"),
                       "messageExpression must be non-empty if specified");
    if (!rule.reason.empty() &&
        std::find(std::begin(kReasons), std::end(kReasons), rule.reason) == std::end(kReasons))
      errors_.not_supported(
          at.child("reason"), rule.reason,
          std::vector<std::string_view>(std::begin(kReasons), std::end(kReasons)));
    check_field_path(rule, at.child("fieldPath"), schema);
  }

  void check_field_path(const ExpressionRule& rule, const Path& at, const Schema& schema) {
    if (rule.field_path.empty()) return;
    if (trimmed(rule.field_path).empty())
      return errors_.invalid(at, rule.field_path, "fieldPath must be non-empty if specified");
    if (has_newline(rule.field_path))
      return errors_.invalid(at, rule.field_path, "fieldPath must not contain line breaks");
    std::string problem;
    if (!resolve_field_path(Path(), rule.field_path, schema, problem))
      errors_.invalid(at, rule.field_path, "fieldPath must be a valid path: " + problem);
  }

  void check_programs(const ExpressionRule& rule, const Path& at, const Path* uncorrelated) {
    if (trimmed(rule.rule).empty()) return;
    const auto fault = [&](const char* name, const std::string& detail) {
      errors_.invalid_json(at.child(name), printed(rule), detail);
    };
    if (!rule.program.ok())
      fault("rule", "compilation failed: " + rule.program.error());
    else if (!yields(rule.program, cel::Kind::kBool))
      fault("rule", "cel expression must evaluate to a bool");
    else if (rule.transition && uncorrelated)
      errors_.invalid(at.child("rule"), rule.rule,
                      "oldSelf cannot be used on the uncorrelatable portion of the schema within " +
                          uncorrelated->str());
    else if (!rule.transition && rule.optional_old_self)
      errors_.invalid_json(at.child("optionalOldSelf"), *rule.optional_old_self ? "true" : "false",
                           "may not be set if oldSelf is not used in rule");
    if (trimmed(rule.message_expression).empty()) return;
    if (!rule.message_program.ok())
      fault("messageExpression",
            "messageExpression compilation failed: " + rule.message_program.error());
    else if (!yields(rule.message_program, cel::Kind::kString))
      fault("messageExpression", "messageExpression must evaluate to a string");
  }

  static bool yields(const cel::Program& program, cel::Kind kind) {
    return program.type()->kind == kind || program.type()->kind == cel::Kind::kDyn;
  }

  ErrorList& errors_;
};

}  // namespace

void check_rules(const Schema& root, const Path& path, ErrorList& errors) {
  RuleChecker(errors).walk(root, path, nullptr);
}

}  // namespace kubus::apiserver
