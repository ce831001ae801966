#include "schema/expression_rule.h"

#include <utility>

namespace kubus::apiserver {
namespace {

using cel::Kind;
using cel::TypePtr;

cel::TypePtr text_type(const Schema& schema) {
  const auto format = schema.rules ? std::string_view(schema.rules->format) : std::string_view();
  if (format == "byte") return type_of(Kind::kBytes);
  if (format == "duration") return type_of(Kind::kDuration);
  if (format == "date" || format == "date-time") return type_of(Kind::kTimestamp);
  return type_of(Kind::kString);
}

TypePtr type_at(const Schema& schema, bool whole_object);

void add_field(cel::Type& type, const std::string& name, TypePtr field) {
  const auto escaped = cel::escaped_name(name);
  if (escaped.empty()) return;
  type.fields[escaped] = std::move(field);
  if (escaped != name) type.written[escaped] = name;
}

TypePtr object_type(const Schema& schema, bool whole_object) {
  if (schema.additional && !whole_object)
    return map_of(type_of(Kind::kString), type_at(*schema.additional, false));
  if (schema.any_additional && schema.properties.empty() && !whole_object)
    return map_of(type_of(Kind::kString), type_of(Kind::kDyn));
  auto out = std::make_shared<cel::Type>();
  out->kind = Kind::kObject;
  out->name = "object";
  for (const auto& [name, one] : schema.properties) add_field(*out, name, type_at(one, false));
  if (!whole_object) return out;
  // What every object has, whatever the schema says of it.
  auto metadata = std::make_shared<cel::Type>();
  metadata->kind = Kind::kObject;
  metadata->name = "object";
  for (const char* name : {"name", "generateName"})
    add_field(*metadata, name, type_of(Kind::kString));
  out->fields["apiVersion"] = type_of(Kind::kString);
  out->fields["kind"] = type_of(Kind::kString);
  out->fields["metadata"] = std::move(metadata);
  return out;
}

TypePtr type_at(const Schema& schema, bool whole_object) {
  if (schema.int_or_string) return type_of(Kind::kDyn);
  if (schema.type == "boolean") return type_of(Kind::kBool);
  if (schema.type == "integer") return type_of(Kind::kInt);
  if (schema.type == "number") return type_of(Kind::kDouble);
  if (schema.type == "string") return text_type(schema);
  if (schema.type == "array")
    return list_of(schema.items ? type_at(*schema.items, false) : type_of(Kind::kDyn));
  if (schema.type == "object") return object_type(schema, whole_object || schema.embedded);
  return type_of(Kind::kDyn);
}

void compile_at(Schema& schema, bool whole_object) {
  if (!schema.has_expressions) return;
  if (!schema.expressions.empty()) schema.expression_type = type_at(schema, whole_object);
  const auto& self = schema.expression_type;
  for (auto& one : schema.expressions) {
    const bool optional = one.optional_old_self.value_or(false);
    const cel::Declarations names = {{"self", self},
                                     {"oldSelf", optional ? cel::optional_of(self) : self}};
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

void compile_expressions(Schema& root) { compile_at(root, true); }

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  const auto first = text.find_first_not_of(kSpace);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace kubus::apiserver
