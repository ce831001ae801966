#include "special.h"

#include <k8s/apimachinery/int_or_string.pb.h>
#include <k8s/meta/v1/time.pb.h>

#include <charconv>

#include "kubus/api/json.h"
#include "kubus/api/quantity.h"
#include "kubus/api/time.h"
#include "scan.h"

namespace kubus::json {
namespace {

using google::protobuf::Message;

constexpr int kRawDepth = 1000;

// Drops space between tokens and, if asked, escapes as Go does for HTML. `raw` is well-formed.
void copy_compact(std::string_view raw, bool escape_html, std::string& out) {
  bool in_string = false;
  std::size_t start = 0;
  auto flush = [&](std::size_t end, std::size_t skip) {
    out.append(raw, start, end - start);
    start = end + skip;
  };
  for (std::size_t i = 0; i < raw.size(); ++i) {
    char c = raw[i];
    if (!in_string) {
      if (c == '"') in_string = true;
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') flush(i, 1);
    } else if (c == '"') {
      in_string = false;
    } else if (c == '\\') {
      ++i;
    } else if (escape_html && (c == '<' || c == '>' || c == '&')) {
      flush(i, 1);
      out += c == '<' ? "\\u003c" : c == '>' ? "\\u003e" : "\\u0026";
    } else if (escape_html && c == '\xE2' && raw.substr(i + 1, 1) == "\x80" &&
               (raw.substr(i + 2, 1) == "\xA8" || raw.substr(i + 2, 1) == "\xA9")) {
      flush(i, 3);
      out += raw[i + 2] == '\xA8' ? "\\u2028" : "\\u2029";
      i += 2;
    }
  }
  flush(raw.size(), 0);
}

// The one bytes field of RawExtension, JSON and FieldsV1.
const std::string& raw_of(const Message& message, const MessageInfo& info, std::string& scratch) {
  return info.reflection->GetStringReference(message, info.fields[0].field, &scratch);
}

void append_int_or_string(const k8s_intstr::IntOrString& value, std::string& out) {
  if (value.type() == 1) return append_json_string(value.strval(), out);
  char buffer[16];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value.intval()).ptr);
}

FormError wrong(std::string message) { return {std::move(message), {}, {}}; }

FormError wrong_type(const JsonText& json, std::string go_type) {
  return {{}, std::string(value_word(json.raw[0])), std::move(go_type)};
}

std::optional<FormError> read_time_field(const JsonText& json, Message& message) {
  if (!json.is_string) return wrong_type(json, "string");
  std::int64_t seconds = 0;
  std::int32_t nanos = 0;
  Status status = read_time(json.text, seconds, nanos);
  if (!status.ok()) return wrong(status.message());
  // The API keeps whole seconds.
  static_cast<meta_v1::Time&>(message).set_seconds(seconds);
  return std::nullopt;
}

std::optional<FormError> read_micro_time_field(const JsonText& json, Message& message) {
  if (!json.is_string) return wrong_type(json, "string");
  std::int64_t seconds = 0;
  std::int32_t nanos = 0;
  Status status = read_micro_time(json.text, seconds, nanos);
  if (!status.ok()) return wrong(status.message());
  auto& field = static_cast<meta_v1::MicroTime&>(message);
  field.set_seconds(seconds);
  field.set_nanos(nanos);
  return std::nullopt;
}

// Of Quantity or QuantityValue, which look the same.
std::optional<FormError> read_quantity(const JsonText& json, const MessageInfo& info,
                                       Message& message) {
  std::string_view text = json.is_string ? std::string_view(json.text) : json.raw;
  auto is_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  auto value = QuantityValue::parse(text);
  if (!value.ok()) return wrong(value.status().message());
  info.reflection->SetString(&message, info.fields[0].field, value->to_string());
  return std::nullopt;
}

std::optional<FormError> read_int_or_string(const JsonText& json, Message& message) {
  auto& field = static_cast<k8s_intstr::IntOrString&>(message);
  if (json.is_string) {
    field.set_type(1);
    field.set_strval(json.text);
    return std::nullopt;
  }
  std::int32_t number = 0;
  const char* end = json.raw.data() + json.raw.size();
  auto [read, problem] = std::from_chars(json.raw.data(), end, number);
  if (problem == std::errc() && read == end) {
    field.set_type(0);
    field.set_intval(number);
    return std::nullopt;
  }
  FormError error = wrong_type(json, "int32");
  if (error.value == "number") error.value += " " + std::string(json.raw);
  return error;
}

std::optional<FormError> read_duration(const JsonText& json, Message& message) {
  if (!json.is_string) return wrong_type(json, "string");
  auto duration = parse_duration(json.text);
  if (!duration.ok()) return wrong(duration.status().message());
  static_cast<meta_v1::Duration&>(message).set_duration(duration->count());
  return std::nullopt;
}

}  // namespace

std::string_view value_word(char first) {
  switch (first) {
    case '"':
      return "string";
    case '{':
      return "object";
    case '[':
      return "array";
    case 't':
    case 'f':
      return "bool";
    case 'n':
      return "null";
    default:
      return "number";
  }
}

void append_raw_json(std::string_view raw, std::string& out) {
  Scanner scanner(raw, kRawDepth);
  if (raw.empty() || !scanner.skip_value() || !scanner.finish()) {
    out += "null";
  } else {
    copy_compact(raw, true, out);
  }
}

bool is_zero_form(const Message& message, const MessageInfo& info) {
  switch (info.form) {
    case JsonForm::kTime:
      return is_zero(static_cast<const meta_v1::Time&>(message));
    case JsonForm::kMicroTime:
      return is_zero(static_cast<const meta_v1::MicroTime&>(message));
    default:
      return message.ByteSizeLong() == 0;
  }
}

void append_form(const Message& message, const MessageInfo& info, std::string& out) {
  std::string scratch;
  switch (info.form) {
    case JsonForm::kTime: {
      const auto& time = static_cast<const meta_v1::Time&>(message);
      if (is_zero(time)) break;
      out += '"';
      append_time(time.seconds(), out);
      out += '"';
      return;
    }
    case JsonForm::kMicroTime: {
      const auto& time = static_cast<const meta_v1::MicroTime&>(message);
      if (is_zero(time)) break;
      out += '"';
      append_micro_time(time.seconds(), time.nanos(), out);
      out += '"';
      return;
    }
    case JsonForm::kDuration:
      out += '"';
      append_duration(static_cast<const meta_v1::Duration&>(message).duration(), out);
      out += '"';
      return;
    case JsonForm::kQuantity: {
      const auto& text =
          info.reflection->GetStringReference(message, info.fields[0].field, &scratch);
      auto value = QuantityValue::parse(text);
      out += '"';
      (value.ok() ? *value : QuantityValue()).append_to(out);
      out += '"';
      return;
    }
    case JsonForm::kIntOrString:
      return append_int_or_string(static_cast<const k8s_intstr::IntOrString&>(message), out);
    default:
      return append_raw_json(raw_of(message, info, scratch), out);
  }
  out += "null";
}

std::optional<FormError> read_form(const JsonText& json, const MessageInfo& info,
                                   Message& message) {
  message.Clear();
  if (json.raw == "null") return std::nullopt;
  switch (info.form) {
    case JsonForm::kTime:
      return read_time_field(json, message);
    case JsonForm::kMicroTime:
      return read_micro_time_field(json, message);
    case JsonForm::kDuration:
      return read_duration(json, message);
    case JsonForm::kQuantity:
      return read_quantity(json, info, message);
    case JsonForm::kIntOrString:
      return read_int_or_string(json, message);
    default:
      break;
  }
  std::string compact;
  copy_compact(json.raw, false, compact);
  info.reflection->SetString(&message, info.fields[0].field, std::move(compact));
  return std::nullopt;
}

}  // namespace kubus::json

namespace kubus {

Status compact_json(std::string_view json, std::string& out, const DecodeOptions& options) {
  json::Scanner scanner(json, options.max_depth);
  if (!scanner.skip_value() || !scanner.finish()) {
    return Status(Code::kBadRequest, scanner.error());
  }
  json::copy_compact(json, false, out);
  return {};
}

Result<TypeMeta> peek_type_meta(std::string_view json, const DecodeOptions& options) {
  json::Scanner scanner(json, options.max_depth);
  TypeMeta found;
  std::string key_buffer, buffer;
  int left = 2;
  if (scanner.peek() == '{' && scanner.enter()) {
    for (bool first = true; left > 0 && scanner.next_member(first); first = false) {
      std::string_view key, value;
      if (!scanner.string(key, key_buffer) || !scanner.colon()) break;
      bool wanted = key == "kind" || key == "apiVersion";
      if (!wanted || scanner.peek() != '"') {
        if (wanted && scanner.peek() != 'n') {
          return Status(Code::kBadRequest,
                        "json: cannot unmarshal " + std::string(json::value_word(scanner.peek())) +
                            " into Go struct field ." + std::string(key) + " of type string");
        }
        if (!scanner.skip_value()) break;
        continue;
      }
      if (!scanner.string(value, buffer)) break;
      (key == "kind" ? found.kind : found.api_version) = value;
      --left;
    }
  } else {
    std::string word(json::value_word(scanner.peek()));
    if (scanner.skip_value() && scanner.finish()) {
      return Status(Code::kBadRequest, "json: cannot unmarshal " + word +
                                           " into Go value of type " +
                                           "struct { APIVersion string; Kind string }");
    }
  }
  if (scanner.failed()) return Status(Code::kBadRequest, scanner.error());
  return found;
}

}  // namespace kubus
