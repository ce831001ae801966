#include "schema/schema.h"

#include <algorithm>

#include "schema/expression_rule.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }

class Compiler {
 public:
  Schema compile(const json::value& props) {
    Schema out;
    if (const auto* object = props.if_object()) fill(*object, out);
    return out;
  }

 private:
  static std::string text(const json::object& props, std::string_view name) {
    const auto* value = props.if_contains(name);
    return value && value->is_string() ? std::string(view(value->get_string())) : std::string();
  }
  static bool flag(const json::object& props, std::string_view name) {
    const auto* value = props.if_contains(name);
    return value && value->is_bool() && value->get_bool();
  }
  static std::vector<std::string> texts(const json::object& props, std::string_view name) {
    std::vector<std::string> out;
    const auto* value = props.if_contains(name);
    if (!value || !value->is_array()) return out;
    for (const auto& item : value->get_array())
      if (item.is_string()) out.emplace_back(view(item.get_string()));
    return out;
  }
  static void number(const json::object& props, std::string_view name, std::optional<double>& out) {
    const auto* value = props.if_contains(name);
    if (value && value->is_number()) out = value->to_number<double>();
  }
  static void count(const json::object& props, std::string_view name,
                    std::optional<std::int64_t>& out) {
    const auto* value = props.if_contains(name);
    if (value && value->is_int64()) out = value->get_int64();
  }

  void fill(const json::object& props, Schema& out) {
    out.type = text(props, "type");
    out.nullable = flag(props, "nullable");
    out.int_or_string = flag(props, "x-kubernetes-int-or-string");
    out.preserve_unknown = flag(props, "x-kubernetes-preserve-unknown-fields");
    out.embedded = flag(props, "x-kubernetes-embedded-resource");
    out.has_embedded = out.embedded;
    out.map_atomic = text(props, "x-kubernetes-map-type") == "atomic";
    const auto list = text(props, "x-kubernetes-list-type");
    if (list == "set") out.list = SchemaList::kSet;
    if (list == "map") out.list = SchemaList::kMap;
    out.list_map_keys = texts(props, "x-kubernetes-list-map-keys");
    if (const auto* value = props.if_contains("default")) {
      out.default_value = std::make_unique<json::value>(*value);
      out.has_defaults = true;
    }
    fill_members(props, out);
    fill_rules(props, out);
    fill_expressions(props, out);
  }

  static void fill_expressions(const json::object& props, Schema& out) {
    const auto* value = props.if_contains("x-kubernetes-validations");
    if (!value || !value->is_array()) return;
    for (const auto& item : value->get_array()) {
      const auto* rule = item.if_object();
      if (!rule) continue;
      auto& added = out.expressions.emplace_back();
      added.rule = text(*rule, "rule");
      added.message = text(*rule, "message");
      added.message_expression = text(*rule, "messageExpression");
      added.reason = text(*rule, "reason");
      added.field_path = text(*rule, "fieldPath");
      if (rule->contains("optionalOldSelf"))
        added.optional_old_self = flag(*rule, "optionalOldSelf");
      out.has_expressions = true;
    }
  }

  std::unique_ptr<Schema> nested(const json::value& props, Schema& around) {
    auto out = std::make_unique<Schema>(compile(props));
    around.has_defaults |= out->has_defaults;
    around.has_expressions |= out->has_expressions;
    around.has_embedded |= out->has_embedded;
    return out;
  }

  void fill_members(const json::object& props, Schema& out) {
    if (const auto* value = props.if_contains("properties"); value && value->is_object()) {
      out.properties.reserve(value->get_object().size());
      for (const auto& member : value->get_object()) {
        auto schema = compile(member.value());
        out.has_defaults |= schema.has_defaults;
        out.has_expressions |= schema.has_expressions;
        out.has_embedded |= schema.has_embedded;
        out.properties.emplace_back(std::string(member.key()), std::move(schema));
      }
      std::sort(out.properties.begin(), out.properties.end(),
                [](const auto& a, const auto& b) { return a.first < b.first; });
    }
    if (const auto* value = props.if_contains("additionalProperties")) {
      if (value->is_object()) out.additional = nested(*value, out);
      out.any_additional = value->is_bool() && value->get_bool();
    }
    if (const auto* value = props.if_contains("items"); value && value->is_object())
      out.items = nested(*value, out);
  }

  void fill_rules(const json::object& props, Schema& out) {
    auto rules = std::make_unique<Schema::Rules>();
    number(props, "maximum", rules->maximum);
    number(props, "minimum", rules->minimum);
    number(props, "multipleOf", rules->multiple_of);
    rules->exclusive_maximum = flag(props, "exclusiveMaximum");
    rules->exclusive_minimum = flag(props, "exclusiveMinimum");
    count(props, "maxLength", rules->max_length);
    count(props, "minLength", rules->min_length);
    count(props, "maxItems", rules->max_items);
    count(props, "minItems", rules->min_items);
    count(props, "maxProperties", rules->max_properties);
    count(props, "minProperties", rules->min_properties);
    rules->format = text(props, "format");
    rules->required = texts(props, "required");
    rules->pattern = text(props, "pattern");
    if (!rules->pattern.empty()) rules->expression = compile_pattern(rules->pattern);
    if (const auto* value = props.if_contains("enum"); value && value->is_array())
      rules->values = value->get_array();
    rules->all_of = alternatives(props, "allOf");
    rules->any_of = alternatives(props, "anyOf");
    rules->one_of = alternatives(props, "oneOf");
    if (const auto* value = props.if_contains("not"); value && value->is_object())
      rules->negated = std::make_unique<Schema>(compile(*value));
    if (says_something(*rules)) out.rules = std::move(rules);
  }

  std::vector<Schema> alternatives(const json::object& props, std::string_view name) {
    std::vector<Schema> out;
    const auto* value = props.if_contains(name);
    if (!value || !value->is_array()) return out;
    for (const auto& item : value->get_array()) out.push_back(compile(item));
    return out;
  }

  static bool says_something(const Schema::Rules& rules) {
    return rules.maximum || rules.minimum || rules.multiple_of || rules.max_length ||
           rules.min_length || rules.max_items || rules.min_items || rules.max_properties ||
           rules.min_properties || rules.expression || !rules.format.empty() ||
           !rules.values.empty() || !rules.required.empty() || !rules.all_of.empty() ||
           !rules.any_of.empty() || !rules.one_of.empty() || rules.negated;
  }
};

}  // namespace

Schema::Schema() = default;
Schema::~Schema() = default;
Schema::Schema(Schema&&) noexcept = default;
Schema& Schema::operator=(Schema&&) noexcept = default;

const Schema* Schema::property(std::string_view name) const {
  const auto at = std::lower_bound(properties.begin(), properties.end(), name,
                                   [](const auto& one, auto wanted) { return one.first < wanted; });
  return at == properties.end() || at->first != name ? nullptr : &at->second;
}

const Schema* Schema::member(std::string_view name) const {
  const auto* declared = property(name);
  return declared ? declared : additional.get();
}

Schema compile_schema(const json::value& props) {
  auto out = Compiler().compile(props);
  if (out.has_expressions) compile_expressions(out);
  return out;
}

std::unique_ptr<RE2> compile_pattern(std::string_view pattern) {
  RE2::Options options;
  options.set_log_errors(false);
  return std::make_unique<RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
}

}  // namespace kubus::apiserver
