// Rules in the Common Expression Language that a schema states: x-kubernetes-validations.
//
// Thread safety: immutable once compiled; checking from any thread at once.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "cel/program.h"
#include "schema/schema.h"
#include "validation/field_error.h"

namespace kubus::apiserver {

struct ExpressionRule {
  std::string rule, message, message_expression, reason, field_path;
  std::optional<bool> optional_old_self = {};

  // Set by compile_expressions().
  cel::Program program = {};
  cel::Program message_program = {};  // not ok where there is no expression for a message
  // It speaks of oldSelf, so it is about changes.
  bool transition = false;
};

// Compiles all rules of the schema of a whole object, where they stand. What is wrong with one is
// in its program.
void compile_expressions(Schema& root);

// The objects of a schema as expressions see them; null where it says nothing of them.
cel::TypePtr whole_object_type(const Schema& root);

// What the expressions of a rule speak of. Only of a compiled schema.
cel::Declarations rule_variables(const Schema& schema, const ExpressionRule& rule);

// What is wrong with the rules of a compiled schema, as a definition is told. `limited`: also that
// one of them may cost too much; that all of them together may is told in any case.
void check_rules(const Schema& root, const Path& path, bool limited, ErrorList& errors);

// Whether a whole object keeps the rules of its schema. `old` is null for a creation: rules about
// changes are left out then. A rule that an unchanged value breaks is no reason to refuse it. The
// object is valid by the rest of its schema.
void check_expressions(const boost::json::value& object, const boost::json::value* old,
                       const Schema& schema, ErrorList& errors);

// Where `field_path` (".spec.list['a']") leads from a value of that schema; nothing, and why in
// `problem`, when it leads nowhere.
std::optional<Path> resolve_field_path(const Path& from, std::string_view field_path,
                                       const Schema& schema, std::string& problem);

// Without the space around it.
std::string_view trimmed(std::string_view text);

}  // namespace kubus::apiserver
