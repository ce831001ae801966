// From JSON to messages, by their descriptions, in one pass over the text.
#include <google/protobuf/descriptor.h>

#include <bitset>
#include <utility>

#include "custom_object.h"
#include "kubus/api/json.h"
#include "kubus/api/schema.h"
#include "map_access.h"
#include "reader.h"
#include "special.h"

namespace kubus {
namespace {

using google::protobuf::MapKey;
using google::protobuf::MapValueRef;
using google::protobuf::Message;
using google::protobuf::Reflection;
using json::go_type;
using json::Place;

constexpr std::size_t kMaxFields = 256;

class Decoder : private json::Reader {
 public:
  Decoder(std::string_view text, const DecodeOptions& options)
      : Reader(text, options.max_depth, options.strict || options.strict_errors),
        options_(options) {}

  Status run(Message& message, const MessageInfo& info) {
    message.Clear();
    value(message, info, nullptr, nullptr);
    return finish(options_.strict_errors);
  }

 private:
  // A message of any form. `field` is the one it belongs to, null for the outermost.
  void value(Message& m, const MessageInfo& info, const FieldInfo* field, const Place* place) {
    switch (info.form) {
      case JsonForm::kObject:
        return object_value(m, info, field, place);
      case JsonForm::kStringList:
        return string_list(m, info, place);
      case JsonForm::kSchemaOrArray:
      case JsonForm::kSchemaOrBool:
      case JsonForm::kSchemaOrStrings:
        return schema_choice(m, info, place);
      default:
        return form(m, info, place);
    }
  }

  void object_value(Message& m, const MessageInfo& info, const FieldInfo* field,
                    const Place* place) {
    char c = scanner_.peek();
    if (c == '{') return object(m, info, place);
    if (c != 'n') return mismatch(field ? go_type(*field, true) : info.go_name, place);
    scanner_.literal("null");
  }

  void object(Message& m, const MessageInfo& info, const Place* place) {
    if (!scanner_.enter()) return;
    std::bitset<kMaxFields> seen;
    std::string key_buffer;
    bool kind_seen[2] = {};
    for (bool first = true; scanner_.next_member(first); first = false) {
      std::string_view key;
      if (!scanner_.string(key, key_buffer) || !scanner_.colon()) return;
      auto it = info.by_json_name.find(key);
      if (it == info.by_json_name.end()) {
        if (info.object && (key == "kind" || key == "apiVersion")) {
          type_meta(key, place, kind_seen[key == "kind"]);
        } else {
          if (strict_) strict_error("unknown", Place{place, key});
          scanner_.skip_value();
        }
        continue;
      }
      const FieldPath& path = it->second;
      Place here{place, path.field->json_name, -1, path.field, &info, &path};
      auto ordinal = static_cast<std::size_t>(path.ordinal);
      if (strict_ && ordinal < kMaxFields) {
        if (seen[ordinal]) strict_error("duplicate", here);
        seen[ordinal] = true;
      }
      Message* target = &m;
      const MessageInfo* type = &info;
      for (const FieldInfo* step : path.path) {
        target = type->reflection->MutableMessage(target, step->field);
        type = step->message;
      }
      field_value(*target, *type->reflection, *path.field, here);
    }
  }

  void type_meta(std::string_view key, const Place* place, bool& seen) {
    Place here{place, key};
    if (strict_ && seen) strict_error("duplicate", here);
    seen = true;
    std::string text;
    if (!text_value(text, here) || place || !options_.type_meta) return;
    (key == "kind" ? options_.type_meta->kind : options_.type_meta->api_version) = std::move(text);
  }

  void field_value(Message& m, const Reflection& reflection, const FieldInfo& field,
                   const Place& place) {
    if (scanner_.peek() == 'n' && (field.shape != FieldShape::kSingle || field.pointer)) {
      if (scanner_.literal("null")) reflection.ClearField(&m, field.field);
      return;
    }
    switch (field.shape) {
      case FieldShape::kList:
        return list(m, reflection, field, place);
      case FieldShape::kMap:
        return map(m, reflection, field, place);
      case FieldShape::kSingle:
        break;
    }
    if (field.type != FieldType::kMessage) return scalar(m, reflection, field, place);
    if (scanner_.peek() == 'n') {
      scanner_.literal("null");
      return;
    }
    value(*reflection.MutableMessage(&m, field.field), *field.message, &field, &place);
  }

  void scalar(Message& m, const Reflection& reflection, const FieldInfo& field,
              const Place& place) {
    if (scanner_.peek() == 'n') {
      scanner_.literal("null");
      return;
    }
    const auto* f = field.field;
    // Zero and not set are one and the same unless the field is a pointer.
    auto set = [&](bool zero, auto&& assign) {
      if (zero && !field.pointer) {
        reflection.ClearField(&m, f);
      } else {
        assign();
      }
    };
    switch (field.type) {
      case FieldType::kString:
        if (std::string text; text_value(text, place)) {
          set(text.empty(), [&] { reflection.SetString(&m, f, std::move(text)); });
        }
        break;
      case FieldType::kBytes:
        if (std::string bytes; bytes_value(bytes, place)) {
          reflection.SetString(&m, f, std::move(bytes));
        }
        break;
      case FieldType::kBool:
        if (bool truth = false; bool_value(truth, place)) {
          set(!truth, [&] { reflection.SetBool(&m, f, truth); });
        }
        break;
      case FieldType::kInt32:
        if (std::int32_t number = 0; int_value(number, place)) {
          set(number == 0, [&] { reflection.SetInt32(&m, f, number); });
        }
        break;
      case FieldType::kInt64:
        if (std::int64_t number = 0; int_value(number, place)) {
          set(number == 0, [&] { reflection.SetInt64(&m, f, number); });
        }
        break;
      case FieldType::kDouble:
        if (double number = 0; double_value(number, place)) {
          set(number == 0, [&] { reflection.SetDouble(&m, f, number); });
        }
        break;
      case FieldType::kMessage:
        break;
    }
  }

  void list(Message& m, const Reflection& reflection, const FieldInfo& field, const Place& place) {
    if (scanner_.peek() != '[') return mismatch(go_type(field, false), &place);
    if (!scanner_.enter()) return;
    reflection.ClearField(&m, field.field);
    int index = 0;
    for (bool first = true; scanner_.next_element(first); first = false) {
      element(m, reflection, field, Place{&place, {}, index++});
      if (scanner_.failed()) return;
    }
  }

  void element(Message& m, const Reflection& reflection, const FieldInfo& field,
               const Place& place) {
    const auto* f = field.field;
    if (field.type == FieldType::kMessage) {
      return value(*reflection.AddMessage(&m, f), *field.message, &field, &place);
    }
    bool null = scanner_.peek() == 'n' && scanner_.literal("null");
    switch (field.type) {
      case FieldType::kString:
        if (std::string text; null || text_value(text, place)) {
          reflection.AddString(&m, f, std::move(text));
        }
        break;
      case FieldType::kBytes:
        if (std::string bytes; null || bytes_value(bytes, place)) {
          reflection.AddString(&m, f, std::move(bytes));
        }
        break;
      case FieldType::kBool:
        if (bool truth = false; null || bool_value(truth, place)) {
          reflection.AddBool(&m, f, truth);
        }
        break;
      case FieldType::kInt32:
        if (std::int32_t number = 0; null || int_value(number, place)) {
          reflection.AddInt32(&m, f, number);
        }
        break;
      case FieldType::kInt64:
        if (std::int64_t number = 0; null || int_value(number, place)) {
          reflection.AddInt64(&m, f, number);
        }
        break;
      case FieldType::kDouble:
        if (double number = 0; null || double_value(number, place)) {
          reflection.AddDouble(&m, f, number);
        }
        break;
      case FieldType::kMessage:
        break;
    }
  }

  void map(Message& m, const Reflection& reflection, const FieldInfo& field, const Place& place) {
    if (scanner_.peek() != '{') return mismatch(go_type(field, false), &place);
    if (!scanner_.enter()) return;
    std::string buffer;
    for (bool first = true; scanner_.next_member(first); first = false) {
      std::string_view key;
      if (!scanner_.string(key, buffer) || !scanner_.colon()) return;
      Place here{&place, key};
      MapKey map_key;
      map_key.SetStringValue(std::string(key));
      MapValueRef slot;
      bool fresh = json::MapAccess::insert(reflection, m, field.field, map_key, slot);
      if (!fresh && strict_) strict_error("duplicate", here);
      map_value(slot, field, here, fresh);
      if (scanner_.failed()) return;
    }
  }

  void map_value(MapValueRef& slot, const FieldInfo& field, const Place& place, bool fresh) {
    if (field.type == FieldType::kMessage) {
      Message& target = *slot.MutableMessageValue();
      if (!fresh) target.Clear();
      return value(target, *field.message, &field, &place);
    }
    bool null = scanner_.peek() == 'n' && scanner_.literal("null");
    switch (field.type) {
      case FieldType::kString:
        if (std::string text; null || text_value(text, place)) slot.SetStringValue(text);
        break;
      case FieldType::kBytes:
        if (std::string bytes; null || bytes_value(bytes, place)) slot.SetStringValue(bytes);
        break;
      case FieldType::kBool:
        if (bool truth = false; null || bool_value(truth, place)) slot.SetBoolValue(truth);
        break;
      case FieldType::kInt32:
        if (std::int32_t n = 0; null || int_value(n, place)) slot.SetInt32Value(n);
        break;
      case FieldType::kInt64:
        if (std::int64_t n = 0; null || int_value(n, place)) slot.SetInt64Value(n);
        break;
      case FieldType::kDouble:
        if (double n = 0; null || double_value(n, place)) slot.SetDoubleValue(n);
        break;
      case FieldType::kMessage:
        break;
    }
  }

  void string_list(Message& m, const MessageInfo& info, const Place* place) {
    if (scanner_.peek() == 'n') {
      scanner_.literal("null");
      return;
    }
    Place root;
    list(m, *info.reflection, info.fields[0], place ? *place : root);
  }

  // A schema or what may stand in its place. The reference reads the inside of these leniently.
  void schema_choice(Message& m, const MessageInfo& info, const Place* place) {
    const Reflection& reflection = *info.reflection;
    bool or_bool = info.form == JsonForm::kSchemaOrBool;
    const FieldInfo& schema = info.fields[or_bool ? 1 : 0];
    const FieldInfo& other = info.fields[or_bool ? 0 : 1];
    bool strict = std::exchange(strict_, false);
    Place root;
    const Place& here = place ? *place : root;
    char c = scanner_.peek();
    if (c == '{') {
      if (or_bool) reflection.SetBool(&m, other.field, true);
      value(*reflection.MutableMessage(&m, schema.field), *schema.message, &schema, &here);
    } else if (or_bool && (c == 't' || c == 'f')) {
      scalar(m, reflection, other, here);
    } else if (!or_bool && c == '[') {
      list(m, reflection, other, here);
    } else if (c == 'n' && scanner_.literal("null")) {
    } else if (scanner_.skip_value() && or_bool) {
      error("boolean or JSON schema expected");
    }
    strict_ = strict;
  }

  void form(Message& m, const MessageInfo& info, const Place* place) {
    json::JsonText json;
    json.is_string = scanner_.peek() == '"';
    std::size_t start = scanner_.position();
    if (json.is_string) {
      std::string_view text;
      if (!scanner_.string(text, json.text)) return;
      if (text.data() != json.text.data()) json.text = text;
    } else if (!scanner_.skip_value()) {
      return;
    }
    json.raw = scanner_.since(start);
    auto wrong = json::read_form(json, info, m);
    if (!wrong) return;
    if (wrong->message.empty()) {
      error(mismatch_text(wrong->value, wrong->go_type, place));
    } else {
      error(std::move(wrong->message));
    }
  }

  const DecodeOptions& options_;
};

}  // namespace

Status from_json(std::string_view json, Message& message, const DecodeOptions& options) {
  if (json.size() > options.max_bytes) {
    return Status(Code::kRequestEntityTooLarge,
                  "the JSON text is longer than " + std::to_string(options.max_bytes) + " bytes");
  }
  if (::kubus::json::is_custom(message))
    return ::kubus::json::custom_from_json(json, message, options);
  return Decoder(json, options).run(message, message_info(message));
}

}  // namespace kubus
