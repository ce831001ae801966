#include "schema/shape.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

bool is_type_member(std::string_view name) {
  return name == "apiVersion" || name == "kind" || name == "metadata";
}

class Pruner {
 public:
  explicit Pruner(std::vector<std::string>* unknown) : unknown_(unknown) {}

  void object(json::object& object, const Schema& schema, bool whole) {
    std::vector<std::string> doomed;
    for (auto& member : object) {
      const std::string_view name(member.key().data(), member.key().size());
      if (whole && is_type_member(name)) continue;
      const auto length = path_.size();
      if (unknown_) path_.append(path_.empty() ? "" : ".").append(name);
      if (const auto* type = schema.member(name)) {
        value(member.value(), *type);
      } else if (!schema.any_additional && !schema.preserve_unknown) {
        doomed.emplace_back(name);
        if (unknown_) unknown_->push_back(path_);
      }
      path_.resize(length);
    }
    for (const auto& name : doomed) object.erase(name);
  }

 private:
  void value(json::value& value, const Schema& schema) {
    if (auto* object = value.if_object()) return this->object(*object, schema, schema.embedded);
    auto* array = value.if_array();
    if (!array || !schema.items) return;
    for (std::size_t i = 0; i < array->size(); ++i) {
      const auto length = path_.size();
      if (unknown_) path_.append("[").append(std::to_string(i)).append("]");
      this->value((*array)[i], *schema.items);
      path_.resize(length);
    }
  }

  std::vector<std::string>* unknown_;
  std::string path_;
};

bool is_stray_null(const json::value& value, const Schema* schema) {
  return value.is_null() && schema && !schema->nullable && !schema->preserve_unknown;
}

void drop_nulls(json::value& value, const Schema& schema);

void drop_nulls(json::object& object, const Schema& schema) {
  std::vector<std::string> doomed;
  for (auto& member : object) {
    const std::string_view name(member.key().data(), member.key().size());
    const auto* type = schema.member(name);
    if (is_stray_null(member.value(), type) && !type->default_value)
      doomed.emplace_back(name);
    else if (type)
      drop_nulls(member.value(), *type);
  }
  for (const auto& name : doomed) object.erase(name);
}

void drop_nulls(json::value& value, const Schema& schema) {
  if (auto* object = value.if_object()) return drop_nulls(*object, schema);
  if (auto* array = value.if_array(); array && schema.items)
    for (auto& item : *array) drop_nulls(item, *schema.items);
}

void add_defaults(json::value& value, const Schema& schema);

void add_defaults(json::object& object, const Schema& schema) {
  for (const auto& [name, type] : schema.properties)
    if (type.default_value && !object.contains(name)) object.emplace(name, *type.default_value);
  for (auto& member : object)
    if (const auto* type = schema.member({member.key().data(), member.key().size()}))
      add_defaults(member.value(), *type);
}

void add_defaults(json::value& value, const Schema& schema) {
  if (!schema.has_defaults) return;
  if (is_stray_null(value, &schema) && schema.default_value) value = *schema.default_value;
  if (auto* object = value.if_object()) return add_defaults(*object, schema);
  if (auto* array = value.if_array(); array && schema.items)
    for (auto& item : *array) add_defaults(item, *schema.items);
}

}  // namespace

void prune(json::object& object, const Schema& schema, std::vector<std::string>* unknown) {
  Pruner(unknown).object(object, schema, true);
}

void prune_part(json::object& object, const Schema& schema, std::vector<std::string>* unknown) {
  Pruner(unknown).object(object, schema, schema.embedded);
}

void drop_stray_nulls(json::object& object, const Schema& schema) { drop_nulls(object, schema); }

void apply_schema_defaults(json::object& object, const Schema& schema) {
  drop_nulls(object, schema);
  if (schema.has_defaults) add_defaults(object, schema);
}

}  // namespace kubus::apiserver
