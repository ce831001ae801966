// Schema: the type of a custom resource, as the OpenAPI schema of its definition describes it, in a
// form that the engines walk: pruning, defaulting, validation, merging.
//
// Thread safety: immutable once compiled.
#pragma once

#include <re2/re2.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cel/type.h"

namespace kubus::apiserver {

enum class SchemaList : std::uint8_t { kAtomic, kSet, kMap };

struct ExpressionRule;

struct Schema {
  struct Rules;

  Schema();
  ~Schema();
  Schema(Schema&&) noexcept;
  Schema& operator=(Schema&&) noexcept;

  // Null for a name that is not declared.
  const Schema* property(std::string_view name) const;
  // The type of a member: declared, or that of all others; null when nothing is said.
  const Schema* member(std::string_view name) const;

  std::string type;  // empty: none, as for a number or string
  bool nullable = false;
  bool int_or_string = false;
  bool preserve_unknown = false;
  bool embedded = false;
  bool has_embedded = false;    // here or below
  bool any_additional = false;  // additionalProperties: true
  bool map_atomic = false;
  bool has_defaults = false;  // here or below
  SchemaList list = SchemaList::kAtomic;
  std::vector<std::string> list_map_keys;
  std::vector<std::pair<std::string, Schema>> properties;  // sorted
  std::unique_ptr<Schema> additional;                      // of members that are not declared
  std::unique_ptr<Schema> items;
  std::unique_ptr<boost::json::value> default_value;
  std::unique_ptr<Rules> rules;             // null where there are none
  std::vector<ExpressionRule> expressions;  // x-kubernetes-validations
  bool has_expressions = false;             // here or below
  cel::TypePtr expression_type;             // of `self`; null where there are no rules
};

// What a value must satisfy beside its type.
struct Schema::Rules {
  std::optional<double> maximum, minimum, multiple_of;
  bool exclusive_maximum = false;
  bool exclusive_minimum = false;
  std::optional<std::int64_t> max_length, min_length;
  std::optional<std::int64_t> max_items, min_items;
  std::optional<std::int64_t> max_properties, min_properties;
  std::string pattern;
  std::unique_ptr<RE2> expression;  // null where the pattern is none
  std::string format;
  boost::json::array values;  // enum
  std::vector<std::string> required;
  std::vector<Schema> all_of, any_of, one_of;
  std::unique_ptr<Schema> negated;
};

// From the JSON form of an apiextensions.k8s.io/v1 JSONSchemaProps. What does not make sense in it
// is left out: definitions are checked before they are stored.
Schema compile_schema(const boost::json::value& props);

// A regular expression in Go's syntax; check ok() of it.
std::unique_ptr<RE2> compile_pattern(std::string_view pattern);

}  // namespace kubus::apiserver
