#include "patch/convert_error.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cmath>
#include <string_view>

namespace kubus::apiserver {
namespace {

namespace json = boost::json;
using Words = std::optional<std::string>;

std::string_view go_kind(const json::value& value) {
  switch (value.kind()) {
    case json::kind::bool_:
      return "bool";
    case json::kind::int64:
    case json::kind::uint64:
      return "int64";
    case json::kind::double_:
      return "float64";
    case json::kind::string:
      return "string";
    case json::kind::array:
      return "slice";
    case json::kind::object:
      return "map";
    case json::kind::null:
      break;
  }
  return "invalid";
}

std::string_view go_name(FieldType type) {
  switch (type) {
    case FieldType::kBool:
      return "bool";
    case FieldType::kInt32:
      return "int32";
    case FieldType::kInt64:
      return "int64";
    case FieldType::kDouble:
      return "float64";
    default:
      return "string";
  }
}

Words cannot_restore(std::string_view what, const json::value& value) {
  return "cannot restore " + std::string(what) + " " + std::string(go_kind(value));
}

// Go converts between some types of which JSON knows nothing, and only then refuses.
Words scalar_error(const json::value& value, FieldType type) {
  const auto wanted = go_name(type);
  const bool whole = value.is_int64() || value.is_uint64();
  const bool number = type == FieldType::kInt32 || type == FieldType::kInt64;
  if (type == FieldType::kString && value.is_string()) return {};
  if (type == FieldType::kBool && value.is_bool()) return {};
  if (number && whole) return {};
  if (type == FieldType::kDouble && value.is_number()) return {};
  if (number && value.is_double()) {
    if (value.get_double() == std::trunc(value.get_double())) return {};
    return "cannot convert float64 to " + std::string(wanted);
  }
  if (type == FieldType::kString && whole) return "cannot convert int64 to string";
  return "unrecognized type: " + std::string(wanted);
}

Words element_error(const json::value& value, const FieldInfo& field) {
  if (value.is_null()) return {};
  if (field.type == FieldType::kMessage) return convert_error(value, *field.message);
  if (field.type != FieldType::kBytes) return scalar_error(value, field.type);
  if (value.is_string() || value.is_array()) return {};
  return cannot_restore("slice from", value);
}

Words field_error(const json::value& value, const FieldInfo& field) {
  if (value.is_null()) return {};
  if (field.shape == FieldShape::kList) {
    if (!value.is_array()) return cannot_restore("slice from", value);
    for (const json::value& item : value.get_array())
      if (auto words = element_error(item, field)) return words;
    return {};
  }
  if (field.shape == FieldShape::kMap) {
    if (!value.is_object()) return cannot_restore("map from", value);
    for (const auto& member : value.get_object())
      if (auto words = element_error(member.value(), field)) return words;
    return {};
  }
  return element_error(value, field);
}

}  // namespace

std::optional<std::string> convert_error(const json::value& tree, const MessageInfo& type) {
  if (type.form != JsonForm::kObject) return {};
  const json::object* object = tree.if_object();
  if (object == nullptr) return cannot_restore("struct from:", tree);
  if (type.object) {
    for (const char* name : {"kind", "apiVersion"}) {
      const json::value* value = object->if_contains(name);
      if (value == nullptr || value->is_null()) continue;
      if (auto words = scalar_error(*value, FieldType::kString)) return words;
    }
  }
  for (const FieldInfo& field : type.fields) {
    Words words;
    if (field.inlined) {
      words = convert_error(tree, *field.message);
    } else if (const json::value* value = object->if_contains(field.json_name)) {
      words = field_error(*value, field);
    }
    if (words) return words;
  }
  return {};
}

}  // namespace kubus::apiserver
