#include "openapi/document_proto.h"

#include <array>
#include <boost/json.hpp>
#include <span>

#include "kubus/api/json_value.h"
#include "openapi/proto_fields.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

using Translate = Fields (*)(const json::value&);

// How a member of a JSON object becomes a field.
struct Member {
  std::string_view name;
  unsigned number;
  void (*add)(Fields& out, unsigned number, const json::value& value);
};

template <Fields& (Fields::*kAdd)(unsigned, const json::value&)>
void as(Fields& out, unsigned number, const json::value& value) {
  (out.*kAdd)(number, value);
}
constexpr auto kText = [](Fields& out, unsigned number, const json::value& value) {
  out.text(number, value);
};
constexpr auto kTexts = as<&Fields::texts>;
constexpr auto kFlag = as<&Fields::flag>;
constexpr auto kInteger = [](Fields& out, unsigned number, const json::value& value) {
  out.integer(number, value);
};
constexpr auto kReal = as<&Fields::real>;

Fields any(const json::value& value) { return Fields().text(2, json::serialize(value)); }
constexpr auto kAny = [](Fields& out, unsigned number, const json::value& value) {
  out.message(number, any(value));
};

// Each item of an array as a field of its own.
template <Translate kTranslate>
void each(Fields& out, unsigned number, const json::value& value) {
  if (const auto* items = value.if_array())
    for (const auto& item : *items) out.message(number, kTranslate(item));
}
template <Translate kTranslate>
void one(Fields& out, unsigned number, const json::value& value) {
  out.message(number, kTranslate(value));
}

Fields named(std::string_view name, const Fields& value) {
  return Fields().text(1, name).message(2, value);
}

// The members of an object as a repeated field of names and values.
Fields members(unsigned number, const json::value& value, Translate translate) {
  Fields out;
  if (const auto* object = value.if_object())
    for (const auto& [name, member] : *object) out.message(number, named(name, translate(member)));
  return out;
}

// `extensions`: the number of the field that takes what begins with "x-".
Fields translate(const json::value& value, std::span<const Member> known, unsigned extensions) {
  Fields out;
  const auto* object = value.if_object();
  if (!object) return out;
  for (const auto& row : known)
    if (const auto* member = object->if_contains(row.name)) row.add(out, row.number, *member);
  for (const auto& [name, member] : *object)
    if (name.starts_with("x-")) out.message(extensions, named(name, any(member)));
  return out;
}

Fields schema(const json::value& value);

// Either a schema or whether there may be any.
Fields additional(const json::value& value) {
  return value.is_bool() ? Fields().flag(2, value) : Fields().message(1, schema(value));
}
Fields type(const json::value& value) {
  return value.is_array() ? Fields().texts(1, value) : Fields().text(1, value);
}
Fields items(const json::value& value) { return Fields().message(1, schema(value)); }
Fields properties(const json::value& value) { return members(1, value, schema); }

Fields schema(const json::value& value) {
  static constexpr Member kMembers[] = {{"$ref", 1, kText},
                                        {"format", 2, kText},
                                        {"title", 3, kText},
                                        {"description", 4, kText},
                                        {"default", 5, kAny},
                                        {"multipleOf", 6, kReal},
                                        {"maximum", 7, kReal},
                                        {"exclusiveMaximum", 8, kFlag},
                                        {"minimum", 9, kReal},
                                        {"exclusiveMinimum", 10, kFlag},
                                        {"maxLength", 11, kInteger},
                                        {"minLength", 12, kInteger},
                                        {"pattern", 13, kText},
                                        {"maxItems", 14, kInteger},
                                        {"minItems", 15, kInteger},
                                        {"uniqueItems", 16, kFlag},
                                        {"maxProperties", 17, kInteger},
                                        {"minProperties", 18, kInteger},
                                        {"required", 19, kTexts},
                                        {"enum", 20, each<any>},
                                        {"additionalProperties", 21, one<additional>},
                                        {"type", 22, one<type>},
                                        {"items", 23, one<items>},
                                        {"allOf", 24, each<schema>},
                                        {"properties", 25, one<properties>},
                                        {"discriminator", 26, kText},
                                        {"readOnly", 27, kFlag},
                                        {"example", 30, kAny}};
  return translate(value, kMembers, 31);
}

// What is said of a plain value, in the order of its fields; the first has the number `base`.
template <unsigned kBase>
constexpr std::array<Member, 17> plain_members();
template <unsigned kBase>
Fields plain_items(const json::value& value) {
  static constexpr auto kMembers = plain_members<kBase>();
  return translate(value, kMembers, kBase + 17);
}
template <unsigned kBase>
constexpr std::array<Member, 17> plain_members() {
  return {{{"type", kBase, kText},
           {"format", kBase + 1, kText},
           {"items", kBase + 2, one<plain_items<1>>},
           {"collectionFormat", kBase + 3, kText},
           {"default", kBase + 4, kAny},
           {"maximum", kBase + 5, kReal},
           {"exclusiveMaximum", kBase + 6, kFlag},
           {"minimum", kBase + 7, kReal},
           {"exclusiveMinimum", kBase + 8, kFlag},
           {"maxLength", kBase + 9, kInteger},
           {"minLength", kBase + 10, kInteger},
           {"pattern", kBase + 11, kText},
           {"maxItems", kBase + 12, kInteger},
           {"minItems", kBase + 13, kInteger},
           {"uniqueItems", kBase + 14, kFlag},
           {"enum", kBase + 15, each<any>},
           {"multipleOf", kBase + 16, kReal}}};
}

// Of a header, a form, a query or a path: they differ in whether a value may be empty.
template <bool kMayBeEmpty>
Fields plain_parameter(const json::value& value) {
  static constexpr Member kFirst[] = {
      {"required", 1, kFlag}, {"in", 2, kText}, {"description", 3, kText}, {"name", 4, kText}};
  static constexpr Member kEmpty[] = {{"allowEmptyValue", 5, kFlag}};
  static constexpr unsigned kBase = kMayBeEmpty ? 6 : 5;
  static constexpr auto kRest = plain_members<kBase>();
  static constexpr std::span<const Member> kParts[] = {
      kFirst, std::span<const Member>(kEmpty).first(kMayBeEmpty ? 1 : 0), kRest};
  Fields out;
  const auto* object = value.if_object();
  if (!object) return out;
  for (const auto part : kParts)
    for (const auto& row : part)
      if (const auto* member = object->if_contains(row.name)) row.add(out, row.number, *member);
  return out;
}

Fields body_parameter(const json::value& value) {
  static constexpr Member kMembers[] = {{"description", 1, kText},
                                        {"name", 2, kText},
                                        {"in", 3, kText},
                                        {"required", 4, kFlag},
                                        {"schema", 5, one<schema>}};
  return translate(value, kMembers, 6);
}

Fields reference(const json::value& target) { return Fields().text(1, target); }

Fields parameter(const json::value& value) {
  const auto* object = value.if_object();
  const auto* place = object ? object->if_contains("in") : nullptr;
  const auto* text = place ? place->if_string() : nullptr;
  const std::string_view in = text ? std::string_view(*text) : std::string_view();
  if (in == "body") return Fields().message(1, body_parameter(value));
  const auto plain = [&](unsigned number, const Fields& fields) {
    return Fields().message(2, Fields().message(number, fields));
  };
  if (in == "header") return plain(1, plain_parameter<false>(value));
  if (in == "formData") return plain(2, plain_parameter<true>(value));
  if (in == "query") return plain(3, plain_parameter<true>(value));
  return plain(4, plain_parameter<false>(value));
}

Fields parameter_item(const json::value& value) {
  const auto* object = value.if_object();
  const auto* target = object ? object->if_contains("$ref") : nullptr;
  return target ? Fields().message(2, reference(*target)) : Fields().message(1, parameter(value));
}

Fields response_value(const json::value& value) {
  static constexpr Member kMembers[] = {{"description", 1, kText}, {"schema", 2, one<items>}};
  const auto* object = value.if_object();
  const auto* target = object ? object->if_contains("$ref") : nullptr;
  return target ? Fields().message(2, reference(*target))
                : Fields().message(1, translate(value, kMembers, 5));
}
Fields responses(const json::value& value) { return members(1, value, response_value); }

Fields operation(const json::value& value) {
  static constexpr Member kMembers[] = {{"tags", 1, kTexts},
                                        {"summary", 2, kText},
                                        {"description", 3, kText},
                                        {"operationId", 5, kText},
                                        {"produces", 6, kTexts},
                                        {"consumes", 7, kTexts},
                                        {"parameters", 8, each<parameter_item>},
                                        {"responses", 9, one<responses>},
                                        {"schemes", 10, kTexts},
                                        {"deprecated", 11, kFlag}};
  return translate(value, kMembers, 13);
}

Fields path_item(const json::value& value) {
  static constexpr Member kMembers[] = {
      {"get", 2, one<operation>},     {"put", 3, one<operation>},
      {"post", 4, one<operation>},    {"delete", 5, one<operation>},
      {"options", 6, one<operation>}, {"head", 7, one<operation>},
      {"patch", 8, one<operation>},   {"parameters", 9, each<parameter_item>}};
  return translate(value, kMembers, 10);
}

Fields api_key(const json::value& value) {
  static constexpr Member kMembers[] = {
      {"type", 1, kText}, {"name", 2, kText}, {"in", 3, kText}, {"description", 4, kText}};
  return Fields().message(2, translate(value, kMembers, 5));
}

Fields scopes(const json::value& value) { return Fields().texts(1, value); }

}  // namespace

std::string openapi_v2_protobuf(std::string_view document) {
  json::value root;
  // What we wrote, or took for a document.
  if (!parse_json(document, root).ok()) return {};
  const auto& info = root.at("info");
  Fields out;
  out.text(1, root.at("swagger"));
  out.message(2, Fields().text(1, info.at("title")).text(2, info.at("version")));
  out.message(8, members(2, root.at("paths"), path_item));
  out.message(9, members(1, root.at("definitions"), schema));
  if (const auto* shared = root.as_object().if_contains("parameters"))
    out.message(10, members(1, *shared, parameter));
  for (const auto& one : root.at("security").as_array()) out.message(12, members(1, one, scopes));
  out.message(13, members(1, root.at("securityDefinitions"), api_key));
  return out.take();
}

}  // namespace kubus::apiserver
