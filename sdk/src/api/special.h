// The types whose JSON form is not the object of their fields: times, quantities, raw JSON and so
// on. Forms that hold schemas or lists are dealt with where objects are.
#pragma once

#include <google/protobuf/message.h>

#include <optional>
#include <string>
#include <string_view>

#include "kubus/api/schema.h"

namespace kubus::json {

// Whether a message of that form has the value for which an omit_zero field is left out.
bool is_zero_form(const google::protobuf::Message& message, const MessageInfo& info);

void append_form(const google::protobuf::Message& message, const MessageInfo& info,
                 std::string& out);

// What is wrong with a value: either a message, or that it is of another type than `go_type`.
struct FormError {
  std::string message;
  std::string value;  // "string", "number 1.5"
  std::string go_type;
};

// One JSON value, already known to be well-formed.
struct JsonText {
  std::string_view raw;  // as it stands
  bool is_string = false;
  std::string text;  // decoded, when it is a string
};

// "object", "array", "string", "number", "bool" or "null".
std::string_view value_word(char first);

std::optional<FormError> read_form(const JsonText& json, const MessageInfo& info,
                                   google::protobuf::Message& message);

// Appends the JSON value in `raw` without space and escaped for HTML; null when it is none.
void append_raw_json(std::string_view raw, std::string& out);

}  // namespace kubus::json
