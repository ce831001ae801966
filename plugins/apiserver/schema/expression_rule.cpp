#include "schema/expression_rule.h"

#include <utility>

#include "schema/document_size.h"

namespace kubus::apiserver {
namespace {

using cel::Kind;
using cel::TypePtr;

TypePtr sized(const Schema& schema, Kind kind, std::vector<TypePtr> params = {}) {
  auto out = std::make_shared<cel::Type>();
  out->kind = kind;
  out->params = std::move(params);
  out->most = most_elements(schema);
  return out;
}

Kind text_kind(const Schema& schema) {
  const auto format = schema.rules ? std::string_view(schema.rules->format) : std::string_view();
  if (format == "byte") return Kind::kBytes;
  if (format == "duration") return Kind::kDuration;
  if (format == "date" || format == "date-time") return Kind::kTimestamp;
  return Kind::kString;
}

// Null for what the schema says nothing of: expressions cannot speak of that.
TypePtr type_at(const Schema& schema, bool whole_object);

TypePtr object_type(const Schema& schema, bool whole_object) {
  if (schema.additional && !whole_object) {
    auto values = type_at(*schema.additional, schema.additional->embedded);
    if (!values) return nullptr;
    return sized(schema, Kind::kMap, {type_of(Kind::kString), std::move(values)});
  }
  auto out = std::make_shared<cel::Type>();
  out->kind = Kind::kObject;
  out->name = "object";
  for (const auto& [name, one] : schema.properties) declare_field(*out, name, type_at(one, false));
  if (!whole_object) return out;
  // What every object has, whatever the schema says of it.
  auto metadata = std::make_shared<cel::Type>();
  metadata->kind = Kind::kObject;
  metadata->name = "object";
  auto name_type = std::make_shared<cel::Type>(*type_of(Kind::kString));
  name_type->most = kLargestRequest - 2;
  for (const char* name : {"name", "generateName"}) declare_field(*metadata, name, name_type);
  out->fields["apiVersion"] = name_type;
  out->fields["kind"] = name_type;
  out->fields["metadata"] = std::move(metadata);
  return out;
}

TypePtr type_at(const Schema& schema, bool whole_object) {
  if (schema.int_or_string) return sized(schema, Kind::kDyn);
  if (schema.type == "boolean") return type_of(Kind::kBool);
  if (schema.type == "integer") return type_of(Kind::kInt);
  if (schema.type == "number") return type_of(Kind::kDouble);
  if (schema.type == "string") return sized(schema, text_kind(schema));
  if (schema.type == "object") return object_type(schema, whole_object || schema.embedded);
  if (schema.type != "array" || !schema.items) return nullptr;
  auto items = type_at(*schema.items, false);
  return items ? sized(schema, Kind::kList, {std::move(items)}) : nullptr;
}

void compile_at(Schema& schema, bool whole_object) {
  if (!schema.has_expressions) return;
  if (!schema.expressions.empty()) {
    schema.expression_type = type_at(schema, whole_object);
    if (!schema.expression_type) schema.expression_type = type_of(Kind::kDyn);
  }
  for (auto& one : schema.expressions) {
    const auto names = rule_variables(schema, one);
    one.program = cel::Program::compile(one.rule, names);
    one.transition = one.program.uses(1);
    if (one.message_expression.empty()) continue;
    one.message_program = cel::Program::compile(one.message_expression, names);
    one.transition |= one.message_program.uses(1);
  }
  for (auto& property : schema.properties) compile_at(property.second, false);
  if (schema.additional) compile_at(*schema.additional, false);
  if (schema.items) compile_at(*schema.items, false);
}

}  // namespace

cel::Declarations rule_variables(const Schema& schema, const ExpressionRule& rule) {
  const auto& self = schema.expression_type;
  const bool optional = rule.optional_old_self.value_or(false);
  return {{"self", self}, {"oldSelf", optional ? cel::optional_of(self) : self}};
}

cel::TypePtr whole_object_type(const Schema& root) { return type_at(root, true); }

void compile_expressions(Schema& root) { compile_at(root, true); }

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  const auto first = text.find_first_not_of(kSpace);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace kubus::apiserver
