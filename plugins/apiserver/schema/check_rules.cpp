// What is wrong with the rules of a definition.
#include <algorithm>
#include <optional>

#include "cel/cost.h"
#include "kubus/api/json_value.h"
#include "schema/document_size.h"
#include "schema/expression_rule.h"
#include "schema/rule_costs.h"

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

// What is known of the place of a schema within the whole.
struct Place {
  // What an old value cannot be told from a new one in; null outside of such.
  const Path* uncorrelated = nullptr;
  // How many values of it an object can have; nothing where nobody says.
  std::optional<std::uint64_t> count = 1;

  Place below(const Schema& schema, bool correlated, const Path& path) const {
    const auto each = said_elements(schema);
    Place out;
    out.uncorrelated = uncorrelated ? uncorrelated : correlated ? nullptr : &path;
    if (count && each)
      out.count = cel::saturating_multiply(*count, *each);
    else
      out.count.reset();
    return out;
  }
};

class RuleChecker {
 public:
  RuleChecker(bool limited, ErrorList& errors) : errors_(errors), costs_(limited, errors) {}

  void check(const Schema& root, const Path& path) {
    walk(root, path, {});
    costs_.finish(path);
  }

 private:
  void walk(const Schema& schema, const Path& path, const Place& place) {
    if (!schema.has_expressions) return;
    const auto before = unworded_;
    const auto members = place.below(schema, !schema.map_atomic, path);
    for (const auto& [name, one] : schema.properties)
      walk(one, path.child("properties").key(name), members);
    if (schema.additional) walk(*schema.additional, path.child("additionalProperties"), members);
    if (schema.items)
      walk(*schema.items, path.child("items"),
           place.below(schema, schema.list == SchemaList::kMap, path));
    for (std::size_t i = 0; i < schema.expressions.size(); ++i) {
      const auto& rule = schema.expressions[i];
      const auto at = path.child("x-kubernetes-validations").index(i);
      check_words(rule, at, schema);
    }
    // What is said wrongly here or below may be why they cannot be compiled.
    if (unworded_ > before) return;
    for (std::size_t i = 0; i < schema.expressions.size(); ++i) {
      const auto& rule = schema.expressions[i];
      const auto at = path.child("x-kubernetes-validations").index(i);
      if (check_program(rule, at))
        costs_.add(at.child("rule"), "rule", cost_of(rule.program, rule, schema, place));
      check_message(rule, at, schema);
      check_change(rule, at, place);
    }
  }

  // Of one run, for each value there can be.
  static std::uint64_t cost_of(const cel::Program& program, const ExpressionRule& rule,
                               const Schema& schema, const Place& place) {
    return cel::saturating_multiply(program.highest_cost(rule_variables(schema, rule)),
                                    place.count.value_or(most_values(schema)));
  }

  void check_words(const ExpressionRule& rule, const Path& at, const Schema& schema) {
    const auto known = errors_.size();
    const auto text = trimmed(rule.rule), message = trimmed(rule.message);
    if (text.empty())
      errors_.required(at.child("rule"), "rule is not specified");
    else if (!rule.message.empty() && message.empty())
      errors_.invalid(at.child("message"), rule.message, "must be non-empty if specified");
    else if (has_newline(message))
      errors_.invalid(at.child("message"), rule.message, "must not contain line breaks");
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
    unworded_ += errors_.size() - known;
  }

  void check_field_path(const ExpressionRule& rule, const Path& at, const Schema& schema) {
    if (rule.field_path.empty()) return;
    if (trimmed(rule.field_path).empty())
      errors_.invalid(at, rule.field_path, "must be non-empty if specified");
    if (has_newline(rule.field_path))
      errors_.invalid(at, rule.field_path, "must not contain line breaks");
    std::string problem;
    if (!resolve_field_path(Path(), rule.field_path, schema, problem))
      errors_.invalid(at, rule.field_path, "must be a valid path");
  }

  void fault(const ExpressionRule& rule, const Path& at, const std::string& detail) {
    errors_.invalid_json(at, printed(rule), detail);
  }

  bool check_program(const ExpressionRule& rule, const Path& at) {
    if (!rule.program.ok())
      fault(rule, at.child("rule"),
            (rule.program.instantiation_failed() ? "program instantiation failed: "
                                                 : "compilation failed: ") +
                rule.program.error());
    else if (rule.program.type()->kind != cel::Kind::kBool)
      fault(rule, at.child("rule"), "cel expression must evaluate to a bool");
    else
      return true;
    return false;
  }

  void check_message(const ExpressionRule& rule, const Path& at, const Schema& schema) {
    if (trimmed(rule.message_expression).empty()) return;
    const auto place = at.child("messageExpression");
    const auto& program = rule.message_program;
    if (!program.ok())
      fault(rule, place,
            (program.instantiation_failed() ? "messageExpression instantiation failed: "
                                            : "messageExpression compilation failed: ") +
                program.error());
    else if (program.type()->kind != cel::Kind::kString)
      fault(rule, place, "messageExpression must evaluate to a string");
    else
      // It is needed for the first value that breaks the rule only.
      costs_.add(place, "messageExpression", program.highest_cost(rule_variables(schema, rule)));
  }

  void check_change(const ExpressionRule& rule, const Path& at, const Place& place) {
    const bool changes = rule.program.ok() && rule.transition;
    if (changes && place.uncorrelated)
      errors_.invalid(at.child("rule"), rule.rule,
                      "oldSelf cannot be used on the uncorrelatable portion of the schema within " +
                          place.uncorrelated->str());
    else if (!changes && rule.optional_old_self)
      errors_.invalid_json(at.child("optionalOldSelf"), *rule.optional_old_self ? "true" : "false",
                           "may not be set if oldSelf is not used in rule");
  }

  ErrorList& errors_;
  RuleCosts costs_;
  std::size_t unworded_ = 0;  // faults in the words of rules
};

}  // namespace

void check_rules(const Schema& root, const Path& path, bool limited, ErrorList& errors) {
  RuleChecker(limited, errors).check(root, path);
}

}  // namespace kubus::apiserver
