#include "schema/validate.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <map>
#include <set>

#include "kubus/api/json_value.h"
#include "kubus/api/utf8.h"
#include "schema/formats.h"
#include "schema/old_items.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;
using Rules = Schema::Rules;

std::string json_of(const json::value& value) {
  std::string out;
  append_json(value, out);
  return out;
}

std::string_view type_name(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return "boolean";
    case json::kind::int64:
      return "integer";
    case json::kind::uint64:  // beyond the integers there are
    case json::kind::double_:
      return "number";
    case json::kind::string:
      return "string";
    case json::kind::array:
      return "array";
    case json::kind::object:
      break;
  }
  return "object";
}

// A number without a fraction that loses nothing as a float64.
bool is_integer(double number) {
  constexpr double kMost = 9007199254740991;
  return std::trunc(number) == number && std::abs(number) <= kMost;
}

// As Go's %v prints a float64.
std::string number_text(double number) {
  char buffer[64];
  auto end = std::to_chars(buffer, buffer + sizeof(buffer), number, std::chars_format::scientific);
  const std::string_view text(buffer, static_cast<std::size_t>(end.ptr - buffer));
  const auto at = text.find('e');
  int exponent = 0;
  if (at != std::string_view::npos) {
    auto digits = text.substr(at + 1);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  }
  if (exponent < -4 || exponent >= 6) return std::string(text);
  end = std::to_chars(buffer, buffer + sizeof(buffer), number, std::chars_format::fixed);
  return {buffer, end.ptr};
}

class Checker {
 public:
  Checker(const std::string& root, ErrorList& errors)
      : root_(root.empty() ? "<nil>" : root), errors_(errors) {}

  void check(const json::value& value, const json::value* old, const Schema& schema,
             const std::string& at) {
    if (old && *old == value) return;
    check_type(value, schema, at);
    if (schema.rules) check_alternatives(value, *schema.rules, at);
    if (const auto* text = value.if_string(); text && schema.rules)
      check_string({text->data(), text->size()}, *schema.rules, at);
    if (value.is_number() && schema.rules) check_number(value, *schema.rules, at);
    if (const auto* array = value.if_array()) check_array(*array, old, schema, at);
    if (schema.rules && !schema.rules->values.empty()) check_enum(value, *schema.rules, at);
    if (const auto* object = value.if_object()) check_object(*object, old, schema, at);
  }

 private:
  void fault(FieldErrorType type, const std::string& at, std::string value, std::string detail) {
    errors_.add({type, at.empty() ? root_ : at, std::move(value), std::move(detail)});
  }
  void invalid(const std::string& at, const json::value& value, const std::string& detail) {
    fault(FieldErrorType::kInvalid, at,
          value.is_number() && !value.is_int64() ? number_text(value.to_number<double>())
                                                 : json_of(value),
          at + " in body " + detail);
  }
  void wrong_type(const std::string& at, std::string_view wanted, std::string_view got) {
    fault(FieldErrorType::kTypeInvalid, at, quoted(got),
          at + " in body must be of type " + std::string(wanted) + ": " + quoted(got));
  }

  void check_type(const json::value& value, const Schema& schema, const std::string& at) {
    const std::string wanted =
        schema.int_or_string && schema.type.empty() ? std::string("integer,string") : schema.type;
    if (wanted.empty()) return;
    const auto got = type_name(value);
    if (value.is_null() && schema.nullable) return;
    const bool integral = value.is_double() && is_integer(value.get_double());
    const bool fits = got == wanted || (got == "number" && integral && wanted == "integer") ||
                      (got == "integer" && wanted == "number") ||
                      (wanted == "integer,string" &&
                       (got == "integer" || got == "string" || (got == "number" && integral)));
    if (!fits) wrong_type(at, wanted, got);
  }

  ErrorList outcome(const json::value& value, const Schema& schema, const std::string& at) const {
    ErrorList errors;
    Checker(root_, errors).check(value, nullptr, schema, at);
    return errors;
  }

  void composite(const std::string& at, const std::string& detail) {
    errors_.add({FieldErrorType::kInvalid, root_, "\"\"", quoted(at) + " " + detail});
  }

  void check_alternatives(const json::value& value, const Rules& rules, const std::string& at) {
    if (!rules.any_of.empty()) {
      const auto [passed, best] = try_all(value, rules.any_of, at);
      if (passed == 0) {
        composite(at, "must validate at least one schema (anyOf)");
        errors_.append(best);
      }
    }
    if (!rules.one_of.empty()) {
      const auto [passed, best] = try_all(value, rules.one_of, at);
      if (passed != 1) {
        composite(
            at, "must validate one and only one schema (oneOf). Found " +
                    (passed == 0 ? "none valid" : std::to_string(passed) + " valid alternatives"));
        errors_.append(best);
      }
    }
    if (!rules.all_of.empty()) {
      std::size_t passed = 0;
      for (const auto& schema : rules.all_of) {
        auto errors = outcome(value, schema, at);
        passed += errors.empty();
        errors_.append(std::move(errors));
      }
      if (passed != rules.all_of.size())
        composite(at, std::string("must validate all the schemas (allOf)") +
                          (passed == 0 ? ". None validated" : ""));
    }
    if (rules.negated && outcome(value, *rules.negated, at).empty())
      composite(at, "must not validate the schema (not)");
  }

  // How many fit, and the errors of the first that came closest where none did.
  std::pair<std::size_t, ErrorList> try_all(const json::value& value,
                                            const std::vector<Schema>& schemas,
                                            const std::string& at) const {
    std::size_t passed = 0;
    ErrorList best;
    for (const auto& schema : schemas) {
      auto errors = outcome(value, schema, at);
      passed += errors.empty();
      if (!errors.empty() && (best.empty() || errors.size() < best.size()))
        best = std::move(errors);
    }
    if (passed > 0) best = {};
    return {passed, std::move(best)};
  }

  void check_string(std::string_view text, const Rules& rules, const std::string& at) {
    const json::value value(text);
    const auto length = static_cast<std::int64_t>(utf8_count(text));
    // The first of these that is broken is told.
    if (rules.max_length && length > *rules.max_length)
      fault(FieldErrorType::kTooLong, at, {},
            "may not be more than " + std::to_string(*rules.max_length) + " bytes");
    else if (rules.min_length && length < *rules.min_length)
      invalid(at, value, "should be at least " + std::to_string(*rules.min_length) + " chars long");
    else if (rules.expression && rules.expression->ok() &&
             !RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *rules.expression))
      invalid(at, value, "should match '" + rules.pattern + "'");
    if (!rules.format.empty() && !matches_format(rules.format, text))
      wrong_type(at, rules.format, text);
  }

  void check_number(const json::value& value, const Rules& rules, const std::string& at) {
    const double number = value.to_number<double>();
    if (rules.multiple_of) {
      const double factor = number / *rules.multiple_of;
      if (std::abs(factor - std::round(factor)) > 1e-9)
        invalid(at, value, "should be a multiple of " + number_text(*rules.multiple_of));
    }
    if (rules.maximum) {
      const bool exclusive = rules.exclusive_maximum;
      if (exclusive ? number >= *rules.maximum : number > *rules.maximum)
        invalid(at, value,
                (exclusive ? "should be less than " : "should be less than or equal to ") +
                    number_text(*rules.maximum));
    }
    if (rules.minimum) {
      const bool exclusive = rules.exclusive_minimum;
      if (exclusive ? number <= *rules.minimum : number < *rules.minimum)
        invalid(at, value,
                (exclusive ? "should be greater than " : "should be greater than or equal to ") +
                    number_text(*rules.minimum));
    }
  }

  void too_many(const std::string& at, std::size_t has, std::int64_t may) {
    fault(FieldErrorType::kTooMany, at, std::to_string(has),
          "must have at most " + std::to_string(may) + (may == 1 ? " item" : " items"));
  }

  void check_array(const json::array& array, const json::value* old, const Schema& schema,
                   const std::string& at) {
    if (schema.items) {
      const OldItems before(old, schema);
      for (std::size_t i = 0; i < array.size(); ++i)
        check(array[i], before.find(array[i]), *schema.items, at + "[" + std::to_string(i) + "]");
    }
    if (!schema.rules) return;
    const auto size = static_cast<std::int64_t>(array.size());
    if (schema.rules->min_items && size < *schema.rules->min_items)
      invalid(at, size,
              "should have at least " + std::to_string(*schema.rules->min_items) + " items");
    if (schema.rules->max_items && size > *schema.rules->max_items)
      too_many(at, array.size(), *schema.rules->max_items);
  }

  void check_enum(const json::value& value, const Rules& rules, const std::string& at) {
    if (value.is_null()) return;
    if (std::find(rules.values.begin(), rules.values.end(), value) != rules.values.end()) return;
    std::string supported;
    for (const auto& one : rules.values) {
      const auto text = one.is_string() ? std::string(one.get_string()) : json_of(one);
      supported += (supported.empty() ? "" : ", ") + quoted(text);
    }
    fault(FieldErrorType::kNotSupported, at, json_of(value), "supported values: " + supported);
  }

  void check_object(const json::object& object, const json::value* old, const Schema& schema,
                    const std::string& at) {
    const auto* before = old ? old->if_object() : nullptr;
    const auto child = [&](std::string_view name) {
      return at.empty() ? std::string(name) : at + "." + std::string(name);
    };
    if (const auto* rules = schema.rules.get()) {
      const auto size = static_cast<std::int64_t>(object.size());
      if (rules->min_properties && size < *rules->min_properties)
        invalid(at, size,
                "should have at least " + std::to_string(*rules->min_properties) + " properties");
      if (rules->max_properties && size > *rules->max_properties)
        too_many(at, object.size(), *rules->max_properties);
      for (const auto& name : rules->required)
        if (!object.contains(name)) fault(FieldErrorType::kRequired, child(name), {}, {});
    }
    for (const auto& member : object) {
      const std::string_view name(member.key().data(), member.key().size());
      const auto* type = schema.member(name);
      if (type)
        check(member.value(), before ? before->if_contains(name) : nullptr, *type, child(name));
    }
  }

  std::string root_;
  ErrorList& errors_;
};

void check_items(const json::array& array, const Schema& schema, const Path& at,
                 ErrorList& errors) {
  if (schema.list == SchemaList::kAtomic) return;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < array.size(); ++i) {
    const bool keyed = schema.list == SchemaList::kMap;
    if (keyed && !array[i].is_object()) continue;
    auto text = keyed ? item_key(array[i].get_object(), schema) : json_of(array[i]);
    if (!seen.insert(text).second) errors.duplicate_json(at.index(i), std::move(text));
  }
}

}  // namespace

void check_schema(const json::value& value, const json::value* old, const Schema& schema,
                  const Path& root, ErrorList& errors) {
  Checker(root.str(), errors).check(value, old, schema, root.str());
}

void check_list_items(const json::value& value, const Schema& schema, const Path& root,
                      ErrorList& errors) {
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      const std::string_view name(member.key().data(), member.key().size());
      if (const auto* type = schema.member(name))
        check_list_items(member.value(), *type, root.child(name), errors);
    }
  }
  const auto* array = value.if_array();
  if (!array) return;
  check_items(*array, schema, root, errors);
  if (!schema.items) return;
  for (std::size_t i = 0; i < array->size(); ++i)
    check_list_items((*array)[i], *schema.items, root.index(i), errors);
}

}  // namespace kubus::apiserver
