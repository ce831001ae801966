// From messages to JSON, by their descriptions.
#include <charconv>

#include "custom_object.h"
#include "kubus/api/json.h"
#include "kubus/api/schema.h"
#include "map_access.h"
#include "special.h"
#include "text.h"

namespace kubus {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::MapValueConstRef;
using google::protobuf::Message;
using google::protobuf::Reflection;

class Encoder {
 public:
  explicit Encoder(std::string& out) : out_(out) {}

  void message(const Message& m, const MessageInfo& info, bool type_meta) {
    switch (info.form) {
      case JsonForm::kObject:
        return object(m, info, type_meta);
      case JsonForm::kStringList:
        return string_list(m, info.fields[0]);
      case JsonForm::kSchemaOrArray:
      case JsonForm::kSchemaOrBool:
      case JsonForm::kSchemaOrStrings:
        return schema_choice(m, info);
      default:
        return json::append_form(m, info, out_);
    }
  }

 private:
  void object(const Message& m, const MessageInfo& info, bool type_meta) {
    out_ += '{';
    if (type_meta && info.object) {
      out_ += "\"kind\":\"";
      out_ += info.kind;
      out_ += "\",\"apiVersion\":\"";
      out_ += info.api_version;
      out_ += "\",";
    }
    fields(m, info);
    if (out_.back() == ',') out_.pop_back();
    out_ += '}';
  }

  // Every field writes a comma behind itself; the object takes the last one back.
  void fields(const Message& m, const MessageInfo& info) {
    const Reflection& reflection = *info.reflection;
    for (const FieldInfo& field : info.fields) {
      if (field.shape == FieldShape::kSingle) {
        single(m, reflection, field);
      } else if (int size = reflection.FieldSize(m, field.field); size > 0) {
        out_ += field.json_key;
        if (field.shape == FieldShape::kMap) {
          map(m, reflection, field);
        } else {
          list(m, reflection, field, size);
        }
        out_ += ',';
      } else if (field.keep_empty) {
        out_ += field.json_key;
        out_ += field.empty_array ? "[]," : "null,";
      }
    }
  }

  void single(const Message& m, const Reflection& reflection, const FieldInfo& field) {
    if (field.type == FieldType::kMessage && !field.pointer) {
      const Message& value = reflection.GetMessage(m, field.field);
      if (field.inlined) return fields(value, *field.message);
      if (field.omit_zero && json::is_zero_form(value, *field.message)) return;
      out_ += field.json_key;
      message(value, *field.message, field.with_kind);
    } else if (reflection.HasField(m, field.field)) {
      std::size_t before = out_.size();
      out_ += field.json_key;
      bool zero = scalar(m, reflection, field);
      if (zero && !field.pointer && !field.keep_empty) {
        out_.resize(before);
        return;
      }
    } else if (field.keep_empty) {
      out_ += field.json_key;
      out_ += empty_value(field);
    } else {
      return;
    }
    out_ += ',';
  }

  static std::string_view empty_value(const FieldInfo& field) {
    if (field.pointer) return "null";
    switch (field.type) {
      case FieldType::kString:
        return "\"\"";
      case FieldType::kBool:
        return "false";
      case FieldType::kBytes:
      case FieldType::kMessage:
        return "null";
      default:
        return "0";
    }
  }

  // Writes the value that is set and says whether it is its type's zero.
  bool scalar(const Message& m, const Reflection& reflection, const FieldInfo& field) {
    const FieldDescriptor* f = field.field;
    switch (field.type) {
      case FieldType::kString: {
        const std::string& text = reflection.GetStringReference(m, f, &scratch_);
        append_json_string(text, out_);
        return text.empty();
      }
      case FieldType::kBytes: {
        const std::string& bytes = reflection.GetStringReference(m, f, &scratch_);
        base64(bytes);
        return bytes.empty();
      }
      case FieldType::kBool:
        return boolean(reflection.GetBool(m, f));
      case FieldType::kInt32:
        return integer(reflection.GetInt32(m, f));
      case FieldType::kInt64:
        return integer(reflection.GetInt64(m, f));
      case FieldType::kDouble: {
        double number = reflection.GetDouble(m, f);
        append_json_number(number, out_);
        return number == 0;
      }
      case FieldType::kMessage:
        message(reflection.GetMessage(m, f), *field.message, field.with_kind);
        return false;
    }
    return false;
  }

  void list(const Message& m, const Reflection& reflection, const FieldInfo& field, int size) {
    const FieldDescriptor* f = field.field;
    out_ += '[';
    for (int i = 0; i < size; ++i) {
      if (i > 0) out_ += ',';
      switch (field.type) {
        case FieldType::kString:
          append_json_string(reflection.GetRepeatedStringReference(m, f, i, &scratch_), out_);
          break;
        case FieldType::kBytes:
          base64(reflection.GetRepeatedStringReference(m, f, i, &scratch_));
          break;
        case FieldType::kBool:
          boolean(reflection.GetRepeatedBool(m, f, i));
          break;
        case FieldType::kInt32:
          integer(reflection.GetRepeatedInt32(m, f, i));
          break;
        case FieldType::kInt64:
          integer(reflection.GetRepeatedInt64(m, f, i));
          break;
        case FieldType::kDouble:
          append_json_number(reflection.GetRepeatedDouble(m, f, i), out_);
          break;
        case FieldType::kMessage:
          message(reflection.GetRepeatedMessage(m, f, i), *field.message, field.with_kind);
          break;
      }
    }
    out_ += ']';
  }

  void map(const Message& m, const Reflection& reflection, const FieldInfo& field) {
    out_ += '{';
    bool first = true;
    for (const auto& [key, value] : json::sorted_entries(reflection, m, field.field)) {
      if (!first) out_ += ',';
      first = false;
      append_json_string(key, out_);
      out_ += ':';
      map_value(value, field);
    }
    out_ += '}';
  }

  void map_value(const MapValueConstRef& value, const FieldInfo& field) {
    switch (field.type) {
      case FieldType::kString:
        return append_json_string(value.GetStringValue(), out_);
      case FieldType::kBytes:
        return base64(value.GetStringValue());
      case FieldType::kBool:
        boolean(value.GetBoolValue());
        return;
      case FieldType::kInt32:
        integer(value.GetInt32Value());
        return;
      case FieldType::kInt64:
        integer(value.GetInt64Value());
        return;
      case FieldType::kDouble:
        return append_json_number(value.GetDoubleValue(), out_);
      case FieldType::kMessage:
        return message(value.GetMessageValue(), *field.message, field.with_kind);
    }
  }

  void string_list(const Message& m, const FieldInfo& items) {
    int size = m.GetReflection()->FieldSize(m, items.field);
    if (size == 0) {
      out_ += "null";
    } else {
      list(m, *m.GetReflection(), items, size);
    }
  }

  // A schema, or the other thing that may stand in its place.
  void schema_choice(const Message& m, const MessageInfo& info) {
    const Reflection& reflection = *m.GetReflection();
    bool or_bool = info.form == JsonForm::kSchemaOrBool;
    const FieldInfo& schema = info.fields[or_bool ? 1 : 0];
    const FieldInfo& other = info.fields[or_bool ? 0 : 1];
    int size = or_bool ? 0 : reflection.FieldSize(m, other.field);
    if (size > 0) {
      list(m, reflection, other, size);
    } else if (reflection.HasField(m, schema.field)) {
      message(reflection.GetMessage(m, schema.field), *schema.message, false);
    } else if (or_bool) {
      boolean(reflection.GetBool(m, other.field));
    } else {
      out_ += "null";
    }
  }

  bool boolean(bool value) {
    out_ += value ? "true" : "false";
    return !value;
  }

  bool integer(std::int64_t value) {
    char buffer[24];
    out_.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
    return value == 0;
  }

  void base64(const std::string& bytes) {
    out_ += '"';
    json::append_base64(bytes, out_);
    out_ += '"';
  }

  std::string& out_;
  std::string scratch_;
};

}  // namespace

void append_json(const Message& message, std::string& out, const EncodeOptions& options) {
  if (json::is_custom(message)) return json::append_custom_json(message, out, options);
  Encoder(out).message(message, message_info(message), options.type_meta);
}

std::string to_json(const Message& message, const EncodeOptions& options) {
  std::string out;
  out.reserve(1024);
  append_json(message, out, options);
  return out;
}

}  // namespace kubus
