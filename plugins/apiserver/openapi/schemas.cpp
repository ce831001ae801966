#include "openapi/schemas.h"

#include <google/protobuf/descriptor.h>

#include <array>

#include "openapi/optional_fields.h"

namespace kubus::apiserver {
namespace {

// How a type with a form of its own is described, per version.
struct FormSchema {
  JsonForm form;
  std::string_view v2;
  std::string_view v3;
};

constexpr std::string_view kDateTime = R"("type":"string","format":"date-time")";
constexpr std::string_view kAnyObject = R"("type":"object")";

constexpr FormSchema kForms[] = {
    {JsonForm::kTime, kDateTime, kDateTime},
    {JsonForm::kMicroTime, kDateTime, kDateTime},
    {JsonForm::kDuration, R"("type":"string")", R"("type":"string")"},
    {JsonForm::kQuantity, R"("type":"string")", R"("oneOf":[{"type":"string"},{"type":"number"}])"},
    {JsonForm::kIntOrString, R"("type":"string","format":"int-or-string")",
     R"("oneOf":[{"type":"integer"},{"type":"string"}],"format":"int-or-string")"},
    {JsonForm::kRawJson, "", ""},
    {JsonForm::kRawObject, kAnyObject, kAnyObject},
    {JsonForm::kStringList, R"("type":"array","items":{"type":"string"})",
     R"("type":"array","items":{"type":"string","default":""})"},
    {JsonForm::kSchemaOrArray, "", ""},
    {JsonForm::kSchemaOrBool, "", ""},
    {JsonForm::kSchemaOrStrings, "", ""},
};

std::string_view form_schema(JsonForm form, OpenApiVersion version) {
  for (const FormSchema& entry : kForms) {
    if (entry.form == form) return version == OpenApiVersion::kV2 ? entry.v2 : entry.v3;
  }
  return {};
}

struct ScalarSchema {
  std::string_view type;
  std::string_view format;
  std::string_view zero;
};

ScalarSchema scalar_schema(FieldType type) {
  switch (type) {
    case FieldType::kString:
      return {"string", "", "\"\""};
    case FieldType::kBytes:
      return {"string", "byte", ""};
    case FieldType::kBool:
      return {"boolean", "", "false"};
    case FieldType::kInt32:
      return {"integer", "int32", "0"};
    case FieldType::kInt64:
      return {"integer", "int64", "0"};
    case FieldType::kDouble:
      return {"number", "double", "0"};
    case FieldType::kMessage:
      break;
  }
  return {"object", "", ""};
}

class Writer {
 public:
  Writer(JsonOut& out, OpenApiVersion version) : out_(out), version_(version) {}

  void write_type(const MessageInfo& info);

 private:
  void write_object(const MessageInfo& info);
  void write_fields(const MessageInfo& info);
  void write_required(const MessageInfo& info);
  void collect_required(const MessageInfo& info);
  void write_field(const FieldInfo& field);
  // The members of a schema for one value, or one element, of the field.
  void write_value(const FieldInfo& field, bool element);
  void write_extensions(const FieldInfo& field);
  void write_kind(const MessageInfo& info);

  JsonOut& out_;
  OpenApiVersion version_;
  std::vector<std::string_view> required_;
};

void Writer::write_value(const FieldInfo& field, bool element) {
  if (field.type == FieldType::kMessage) {
    // Lists that have names of their own in the reference are told where they are.
    if (field.message->form == JsonForm::kStringList) {
      out_.raw(form_schema(field.message->form, version_));
      return;
    }
    const std::string reference = schema_reference(version_, field.message->openapi_name);
    if (version_ == OpenApiVersion::kV2) {
      out_.field("$ref", reference);
      return;
    }
    const bool object = field.message->form == JsonForm::kObject;
    if (object && (element || !field.pointer)) out_.raw_field("default", "{}");
    out_.key("allOf").open('[').open().field("$ref", reference).close().close(']');
    return;
  }
  const ScalarSchema scalar = scalar_schema(field.type);
  out_.field("type", scalar.type);
  if (!scalar.format.empty()) out_.field("format", scalar.format);
  const bool valued = element || (field.keep_empty && !field.pointer);
  if (!field.default_json.empty() && !element) {
    out_.raw_field("default", field.default_json);
  } else if (version_ == OpenApiVersion::kV3 && valued && !scalar.zero.empty()) {
    out_.raw_field("default", scalar.zero);
  }
  if (!field.enum_values.empty()) out_.texts("enum", field.enum_values);
}

void Writer::write_extensions(const FieldInfo& field) {
  static constexpr std::array<std::string_view, 4> kListTypes = {"", "atomic", "set", "map"};
  const std::string_view list_type = kListTypes[static_cast<std::size_t>(field.list_type)];
  if (!field.list_map_keys.empty()) out_.texts("x-kubernetes-list-map-keys", field.list_map_keys);
  if (!list_type.empty()) out_.field("x-kubernetes-list-type", list_type);
  if (field.atomic && field.list_type == ListType::kUnspecified) {
    out_.field("x-kubernetes-map-type", "atomic");
  }
  if (!field.patch_merge_key.empty()) {
    out_.field("x-kubernetes-patch-merge-key", field.patch_merge_key);
  }
  if (field.patch_strategy.empty()) return;
  std::string strategy;
  for (const std::string& part : field.patch_strategy) {
    strategy += (strategy.empty() ? "" : ",") + part;
  }
  out_.field("x-kubernetes-patch-strategy", strategy);
}

void Writer::write_field(const FieldInfo& field) {
  out_.key(field.json_name).open();
  const std::string_view description = description_of(*field.field);
  if (!description.empty()) out_.field("description", description);
  switch (field.shape) {
    case FieldShape::kSingle:
      write_value(field, false);
      break;
    case FieldShape::kList:
      out_.field("type", "array").key("items").open();
      write_value(field, true);
      out_.close();
      break;
    case FieldShape::kMap:
      out_.field("type", "object").key("additionalProperties").open();
      write_value(field, true);
      out_.close();
      break;
  }
  write_extensions(field);
  out_.close();
}

void Writer::write_fields(const MessageInfo& info) {
  for (const FieldInfo& field : info.fields) {
    if (field.inlined && field.message != nullptr) {
      write_fields(*field.message);
    } else {
      write_field(field);
    }
  }
}

// What is always written must be given as well, unless it says otherwise.
bool is_required(const MessageInfo& info, const FieldInfo& field) {
  if (field.required) return true;
  return field.keep_empty && !is_optional_field(info.kind + "." + field.json_name);
}

void Writer::collect_required(const MessageInfo& info) {
  for (const FieldInfo& field : info.fields) {
    if (field.inlined && field.message != nullptr) {
      collect_required(*field.message);
    } else if (is_required(info, field)) {
      required_.push_back(field.json_name);
    }
  }
}

void Writer::write_required(const MessageInfo& info) {
  required_.clear();
  collect_required(info);
  if (!required_.empty()) out_.texts("required", required_);
}

void Writer::write_kind(const MessageInfo& info) {
  out_.key("x-kubernetes-group-version-kind").open('[');
  out_.open().field("group", info.group).field("kind", info.kind).field("version", info.version);
  out_.close().close(']');
}

void Writer::write_object(const MessageInfo& info) {
  out_.field("type", "object");
  if (info.fields.empty() && !info.object) return;
  out_.key("properties").open();
  if (info.object) {
    out_.key("apiVersion").open();
    out_.field("description", "Group and version of the schema that this object is written in.");
    out_.field("type", "string").close();
    out_.key("kind").open();
    out_.field("description", "What the object is, in CamelCase; it cannot be changed.");
    out_.field("type", "string").close();
  }
  write_fields(info);
  out_.close();
  write_required(info);
  if (info.object) write_kind(info);
  if (info.atomic) out_.field("x-kubernetes-map-type", "atomic");
}

void Writer::write_type(const MessageInfo& info) {
  out_.key(info.openapi_name).open();
  const std::string_view description = description_of(*info.descriptor);
  if (!description.empty()) out_.field("description", description);
  if (info.form == JsonForm::kObject) {
    write_object(info);
  } else if (info.kind == "RawExtension") {
    out_.raw(kAnyObject);
  } else if (const std::string_view schema = form_schema(info.form, version_); !schema.empty()) {
    out_.raw(schema);
  }
  out_.close();
}

}  // namespace

std::string schema_reference(OpenApiVersion version, std::string_view name) {
  std::string out = version == OpenApiVersion::kV2 ? "#/definitions/" : "#/components/schemas/";
  return out.append(name);
}

void SchemaSet::add(const google::protobuf::Descriptor& type) {
  std::vector<const MessageInfo*> open = {&message_info(type)};
  while (!open.empty()) {
    const MessageInfo* info = open.back();
    open.pop_back();
    if (info->form == JsonForm::kStringList) continue;
    if (!types_.emplace(info->openapi_name, info).second) continue;
    if (info->form != JsonForm::kObject) continue;
    for (const FieldInfo& field : info->fields) {
      if (field.message == nullptr) continue;
      if (!field.inlined) {
        open.push_back(field.message);
        continue;
      }
      // An inlined message has no schema; what it refers to does.
      std::vector<const MessageInfo*> inlined = {field.message};
      while (!inlined.empty()) {
        const MessageInfo* inner = inlined.back();
        inlined.pop_back();
        for (const FieldInfo& member : inner->fields) {
          if (member.message != nullptr) {
            (member.inlined ? inlined : open).push_back(member.message);
          }
        }
      }
    }
  }
}

void SchemaSet::add_text(std::string name, std::string schema) {
  texts_.insert_or_assign(std::move(name), std::move(schema));
}

void SchemaSet::write(JsonOut& out, OpenApiVersion version) const {
  Writer writer(out, version);
  for (const auto& [name, info] : types_) writer.write_type(*info);
  for (const auto& [name, schema] : texts_) out.raw_field(name, schema);
  if (!types_.contains(kPatchSchema)) {
    out.key(kPatchSchema).open();
    out.field("description", "Changes to an object, in one of the patch formats.");
    out.field("type", "object").close();
  }
}

}  // namespace kubus::apiserver
