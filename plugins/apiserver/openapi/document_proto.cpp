#include "openapi/document_proto.h"

#include <boost/json.hpp>
#include <cstdint>

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

// Fields of one message, in the order they are added.
class Fields {
 public:
  Fields& text(unsigned number, std::string_view value) {
    tag(number, 2);
    varint(value.size());
    out_.append(value);
    return *this;
  }
  Fields& text(unsigned number, const json::value& value) {
    return text(number, std::string_view(value.as_string()));
  }
  Fields& texts(unsigned number, const json::value& values) {
    for (const auto& value : values.as_array()) text(number, value);
    return *this;
  }
  Fields& flag(unsigned number, const json::value& value) {
    tag(number, 0);
    varint(value.as_bool() ? 1 : 0);
    return *this;
  }
  Fields& message(unsigned number, const Fields& inner) { return text(number, inner.out_); }
  std::string take() { return std::move(out_); }

 private:
  void tag(unsigned number, unsigned wire) { varint(number << 3 | wire); }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_.push_back(static_cast<char>(value | 0x80));
    out_.push_back(static_cast<char>(value));
  }

  std::string out_;
};

using Translate = Fields (*)(const json::value&);

Fields any(const json::value& value) { return Fields().text(2, json::serialize(value)); }

Fields named(std::string_view name, const Fields& value) {
  return Fields().text(1, name).message(2, value);
}

// The members of an object as a repeated field of names and values.
Fields members(unsigned number, const json::value& object, Translate translate) {
  Fields out;
  for (const auto& [name, value] : object.as_object())
    out.message(number, named(name, translate(value)));
  return out;
}

bool add_extension(Fields& out, unsigned number, std::string_view name, const json::value& value) {
  if (!name.starts_with("x-")) return false;
  out.message(number, named(name, any(value)));
  return true;
}

Fields schema(const json::value& value) {
  Fields out;
  for (const auto& [name, member] : value.as_object()) {
    if (name == "$ref") out.text(1, member);
    if (name == "format") out.text(2, member);
    if (name == "description") out.text(4, member);
    if (name == "default") out.message(5, any(member));
    if (name == "required") out.texts(19, member);
    if (name == "enum")
      for (const auto& one : member.as_array()) out.message(20, any(one));
    if (name == "additionalProperties") out.message(21, Fields().message(1, schema(member)));
    if (name == "type") out.message(22, Fields().text(1, member));
    if (name == "items") out.message(23, Fields().message(1, schema(member)));
    if (name == "properties") out.message(25, members(1, member, schema));
    add_extension(out, 31, name, member);
  }
  return out;
}

Fields body_parameter(const json::object& parameter) {
  Fields out;
  out.text(2, parameter.at("name")).text(3, parameter.at("in"));
  if (const auto* required = parameter.if_contains("required")) out.flag(4, *required);
  return out.message(5, schema(parameter.at("schema")));
}

// Of a query or a path: their fields have the same names and different numbers.
Fields plain_parameter(const json::object& parameter, bool query) {
  Fields out;
  if (const auto* required = parameter.if_contains("required")) out.flag(1, *required);
  out.text(2, parameter.at("in")).text(3, parameter.at("description"));
  out.text(4, parameter.at("name")).text(query ? 6 : 5, parameter.at("type"));
  return out.flag(query ? 20 : 19, parameter.at("uniqueItems"));
}

Fields parameter_item(const json::value& value) {
  const auto& parameter = value.as_object();
  const std::string_view in = parameter.at("in").as_string();
  if (in == "body") return Fields().message(1, Fields().message(1, body_parameter(parameter)));
  const bool query = in == "query";
  const Fields plain = Fields().message(query ? 3 : 4, plain_parameter(parameter, query));
  return Fields().message(1, Fields().message(2, plain));
}

Fields response_value(const json::value& value) {
  Fields response;
  response.text(1, value.at("description"));
  if (const auto* content = value.as_object().if_contains("schema"))
    response.message(2, Fields().message(1, schema(*content)));
  return Fields().message(1, response);
}

Fields operation(const json::value& value) {
  Fields out;
  for (const auto& [name, member] : value.as_object()) {
    if (name == "tags") out.texts(1, member);
    if (name == "description") out.text(3, member);
    if (name == "operationId") out.text(5, member);
    if (name == "produces") out.texts(6, member);
    if (name == "consumes") out.texts(7, member);
    if (name == "parameters")
      for (const auto& one : member.as_array()) out.message(8, parameter_item(one));
    if (name == "responses") out.message(9, members(1, member, response_value));
    if (name == "schemes") out.texts(10, member);
    add_extension(out, 13, name, member);
  }
  return out;
}

Fields path_item(const json::value& value) {
  static constexpr std::pair<std::string_view, unsigned> kMethods[] = {
      {"get", 2}, {"put", 3}, {"post", 4}, {"delete", 5}, {"patch", 8}};
  Fields out;
  const auto& item = value.as_object();
  for (const auto& [method, number] : kMethods)
    if (const auto* found = item.if_contains(method)) out.message(number, operation(*found));
  for (const auto& one : item.at("parameters").as_array()) out.message(9, parameter_item(one));
  return out;
}

Fields api_key(const json::value& value) {
  Fields key;
  key.text(1, value.at("type")).text(2, value.at("name")).text(3, value.at("in"));
  return Fields().message(2, key.text(4, value.at("description")));
}

Fields scopes(const json::value& value) { return Fields().texts(1, value); }

}  // namespace

std::string openapi_v2_protobuf(std::string_view document) {
  const json::value root = json::parse({document.data(), document.size()});
  const auto& info = root.at("info");
  Fields out;
  out.text(1, root.at("swagger"));
  out.message(2, Fields().text(1, info.at("title")).text(2, info.at("version")));
  out.message(8, members(2, root.at("paths"), path_item));
  out.message(9, members(1, root.at("definitions"), schema));
  for (const auto& one : root.at("security").as_array()) out.message(12, members(1, one, scopes));
  out.message(13, members(1, root.at("securityDefinitions"), api_key));
  return out.take();
}

}  // namespace kubus::apiserver
