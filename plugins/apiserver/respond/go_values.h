// Values of JSON as Go names and prints them, for the words of the reference.
//
// Thread safety: pure functions.
#pragma once

#include <boost/json/value.hpp>
#include <map>
#include <string>
#include <string_view>

#include "kubus/api/json_value.h"

namespace kubus::apiserver {

// The type of which the reference wants to know what something is.
inline constexpr std::string_view kTypeMetaStruct =
    R"(struct { APIVersion string "json:\"apiVersion,omitempty\""; )"
    R"(Kind string "json:\"kind,omitempty\"" })";

// What encoding/json calls a value that it cannot use; not for null.
inline const char* go_kind(const boost::json::value& value) {
  if (value.is_bool()) return "bool";
  if (value.is_string()) return "string";
  if (value.is_array()) return "array";
  return value.is_object() ? "object" : "number";
}

// The type of a decoded value.
inline const char* go_type(const boost::json::value& value) {
  if (value.is_null()) return "<nil>";
  if (value.is_bool()) return "bool";
  if (value.is_string()) return "string";
  if (value.is_array()) return "[]interface {}";
  if (value.is_object()) return "map[string]interface {}";
  return value.is_int64() ? "int64" : "float64";
}

// As %v prints a decoded value.
inline std::string go_text(const boost::json::value& value) {
  std::string out;
  if (const auto* text = value.if_string()) return std::string(*text);
  if (value.is_null()) return "<nil>";
  if (const auto* array = value.if_array()) {
    for (const auto& item : *array) out += (&item == array->begin() ? "" : " ") + go_text(item);
    return "[" + out + "]";
  }
  if (const auto* object = value.if_object()) {
    std::map<std::string, std::string> sorted;
    for (const auto& member : *object) sorted[std::string(member.key())] = go_text(member.value());
    for (const auto& [name, text] : sorted) out += (out.empty() ? "" : " ") + name + ":" + text;
    return "map[" + out + "]";
  }
  append_json(value, out);
  return out;
}

}  // namespace kubus::apiserver
