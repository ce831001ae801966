#include "openapi/described.h"

#include <k8s/meta/v1/list_meta.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <boost/json.hpp>
#include <initializer_list>

#include "kubus/api/json_value.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

json::value reference(OpenApiVersion version, const std::string& name) {
  json::object out;
  const auto text = schema_reference(version, name);
  if (version == OpenApiVersion::kV2)
    out["$ref"] = text;
  else
    out["allOf"] = json::array{json::object{{"$ref", text}}};
  return out;
}

void add_type_members(json::object& properties, const google::protobuf::Descriptor& metadata,
                      OpenApiVersion version) {
  properties["apiVersion"] = {
      {"description", "Group and version of the schema that this object is written in."},
      {"type", "string"}};
  properties["kind"] = {
      {"description", "What the object is, in CamelCase; it cannot be changed."},
      {"type", "string"}};
  auto own = reference(version, message_info(metadata).openapi_name);
  own.as_object()["description"] = std::string(description_of(metadata));
  properties["metadata"] = std::move(own);
}

void add_kind(json::object& schema, const ResourceInfo& resource, const std::string& kind) {
  schema["x-kubernetes-group-version-kind"] = json::array{
      {{"group", resource.group}, {"kind", kind}, {"version", resource.version}}};
}

void to_v2(json::value& value);

void to_v2_members(json::object& schema, std::string_view name) {
  if (auto* members = schema.if_contains(name); members && members->is_object())
    for (auto& member : members->get_object()) to_v2(member.value());
}

// What older readers choke on is left out.
void to_v2(json::value& value) {
  auto* schema = value.if_object();
  if (!schema) return;
  for (const char* name : {"allOf", "anyOf", "oneOf", "not", "default", "example"})
    schema->erase(name);
  const auto is_set = [&](const char* name) {
    const auto* flag = schema->if_contains(name);
    return flag && flag->is_bool() && flag->get_bool();
  };
  if (is_set("nullable")) schema->erase("type");
  schema->erase("nullable");
  if (is_set("x-kubernetes-preserve-unknown-fields")) {
    schema->erase("properties");
    schema->erase("items");
  }
  to_v2_members(*schema, "properties");
  for (const char* name : {"items", "additionalProperties"})
    if (auto* inner = schema->if_contains(name)) to_v2(*inner);
}

// Embedded resources have type and metadata as well.
void complete_embedded(json::value& value, OpenApiVersion version) {
  auto* schema = value.if_object();
  if (!schema) return;
  if (auto* members = schema->if_contains("properties"); members && members->is_object())
    for (auto& member : members->get_object()) complete_embedded(member.value(), version);
  for (const char* name : {"items", "additionalProperties"})
    if (auto* inner = schema->if_contains(name)) complete_embedded(*inner, version);
  const auto* embedded = schema->if_contains("x-kubernetes-embedded-resource");
  if (!embedded || !embedded->is_bool() || !embedded->get_bool()) return;
  auto& properties = (*schema)["properties"];
  if (!properties.is_object()) properties.emplace_object();
  add_type_members(properties.get_object(), *meta_v1::ObjectMeta::descriptor(), version);
}

std::string text_of(const json::value& value) {
  std::string out;
  append_json(value, out);
  return out;
}

std::string object_schema(const DescribedKind& kind, OpenApiVersion version) {
  auto value = kind.schema();
  if (!value.is_object()) value = {{"type", "object"}};
  if (version == OpenApiVersion::kV2) to_v2(value);
  complete_embedded(value, version);
  auto& schema = value.get_object();
  if (schema.contains("properties")) {
    auto& properties = schema["properties"];
    add_type_members(properties.get_object(), *meta_v1::ObjectMeta::descriptor(), version);
  }
  add_kind(schema, *kind.resource, kind.resource->kind);
  return text_of(value);
}

std::string list_schema(const DescribedKind& kind, OpenApiVersion version) {
  json::object schema;
  schema["description"] = kind.list_kind + " is a list of " + kind.resource->kind;
  schema["type"] = "object";
  schema["required"] = json::array{"items"};
  auto& properties = schema["properties"].emplace_object();
  add_type_members(properties, *meta_v1::ListMeta::descriptor(), version);
  properties["items"] = {{"description", "The objects."},
                         {"type", "array"},
                         {"items", reference(version, kind.name)}};
  add_kind(schema, *kind.resource, kind.list_kind);
  return text_of(schema);
}

}  // namespace

SchemaNames described_names(const DescribedKind& kind) {
  const auto base = kind.name.substr(0, kind.name.rfind('.') + 1);
  return {kind.name, base + kind.list_kind, false};
}

void add_described(SchemaSet& types, const DescribedKind& kind, OpenApiVersion version) {
  types.add(*meta_v1::ObjectMeta::descriptor());
  types.add(*meta_v1::ListMeta::descriptor());
  for (const auto& subresource : kind.resource->subresources)
    if (subresource.message && subresource.message != kind.resource->message)
      types.add(*subresource.message);
  const auto names = described_names(kind);
  types.add_text(names.object, object_schema(kind, version));
  types.add_text(names.list, list_schema(kind, version));
}

}  // namespace kubus::apiserver
