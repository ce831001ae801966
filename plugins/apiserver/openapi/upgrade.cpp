#include "openapi/upgrade.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdint>
#include <string_view>

#include "kubus/api/json_value.h"
#include "openapi/references.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

constexpr std::string_view kOldSchemas = "#/definitions/";
constexpr std::string_view kNewSchemas = "#/components/schemas/";
constexpr std::string_view kShared = "#/parameters/";

// Members of a parameter that say what it is, not what its value is like.
constexpr std::string_view kOfParameters[] = {"name", "in", "description", "required",
                                              "allowEmptyValue"};

const json::value* member(const json::object& object, std::string_view name) {
  return object.if_contains(name);
}

const json::object& object_in(const json::object& object, std::string_view name) {
  static const json::object kNone;
  const auto* found = member(object, name);
  return found && found->is_object() ? found->get_object() : kNone;
}

const json::array& array_in(const json::object& object, std::string_view name) {
  static const json::array kNone;
  const auto* found = member(object, name);
  return found && found->is_array() ? found->get_array() : kNone;
}

void copy(const json::object& from, std::string_view name, json::object& to) {
  if (const auto* found = member(from, name)) to[name] = *found;
}

// Extensions mean the same in both versions.
void copy_extensions(const json::object& from, json::object& to) {
  for (const auto& [name, value] : from)
    if (name.starts_with("x-")) to[name] = value;
}

// What is shared, or has several forms, is written as often as it is used: a document may grow, but
// not without bounds.
constexpr std::int64_t kMostBytes = 64 << 20;

// About as many bytes as it takes.
std::int64_t room_of(const json::value& value);

std::int64_t room_of(const json::object& members) {
  std::int64_t size = 0;
  for (const auto& one : members)
    size += static_cast<std::int64_t>(one.key().size()) + room_of(one.value());
  return size;
}

std::int64_t room_of(const json::value& value) {
  std::int64_t size = sizeof(json::value);
  if (const auto* text = value.if_string()) size += static_cast<std::int64_t>(text->size());
  if (const auto* items = value.if_array())
    for (const auto& item : *items) size += room_of(item);
  if (const auto* members = value.if_object()) size += room_of(*members);
  return size;
}

json::value schema_of(json::value schema) {
  if (auto* items = schema.if_array())
    for (auto& item : *items) item = schema_of(std::move(item));
  auto* members = schema.if_object();
  if (!members) return schema;
  for (auto& entry : *members) {
    auto& value = entry.value();
    const auto* text = value.if_string();
    if (entry.key() == "$ref" && text && text->starts_with(kOldSchemas))
      value = std::string(kNewSchemas) + std::string(text->subview(kOldSchemas.size()));
    else
      value = schema_of(std::move(value));
  }
  return schema;
}

class Upgrade {
 public:
  explicit Upgrade(const json::object& shared) : shared_(shared) {}

  bool too_large() const { return left_ < 0; }

  json::object path(const json::object& item) {
    json::object out;
    for (const auto& [name, value] : item) {
      if (name == "parameters")
        out[name] = parameters(value.is_array() ? value.get_array() : json::array());
      else if (value.is_object())
        out[name] = operation(value.get_object());
      else
        out[name] = value;
    }
    return out;
  }

 private:
  // Itself, or what it refers to.
  const json::object& resolved(const json::value& parameter) const {
    static const json::object kNone;
    if (!parameter.is_object()) return kNone;
    const auto& object = parameter.get_object();
    const auto* ref = member(object, "$ref");
    if (!ref || !ref->is_string()) return object;
    const std::string_view text = ref->get_string();
    return text.starts_with(kShared) ? object_in(shared_, text.substr(kShared.size())) : kNone;
  }

  static bool is_body(const json::object& parameter) {
    const auto* in = member(parameter, "in");
    return in && *in == "body";
  }

  // False when there is no room for another copy.
  bool spend(std::int64_t bytes) {
    if (left_ >= 0) left_ -= bytes;
    return left_ >= 0;
  }

  // Those that are no bodies.
  json::array parameters(const json::array& list) {
    json::array out;
    for (const auto& one : list) {
      const auto& parameter = resolved(one);
      if (parameter.empty() || is_body(parameter) || too_large() ||
          !spend(room_of(parameter))) continue;
      json::object next, schema;
      for (const auto& [name, value] : parameter) {
        const bool kept = name.starts_with("x-") ||
                          std::find(std::begin(kOfParameters), std::end(kOfParameters),
                                    std::string_view(name)) != std::end(kOfParameters);
        (kept ? next : schema)[name] = value;
      }
      next["schema"] = schema_of(std::move(schema));
      out.push_back(std::move(next));
    }
    return out;
  }

  // The same schema in each of the forms; an object without content when there is no form.
  void add_content(const json::object& of, const json::array& forms, json::object& to) {
    const auto* schema = member(of, "schema");
    if (!schema || forms.empty()) return;
    json::object content;
    for (const auto& form : forms)
      if (form.is_string() && !too_large() && spend(room_of(*schema)))
        content[form.get_string()] = json::object{{"schema", schema_of(*schema)}};
    to["content"] = std::move(content);
  }

  json::object responses(const json::object& from, const json::array& produces) {
    json::object out;
    for (const auto& [code, value] : from) {
      if (!value.is_object() || code.starts_with("x-")) {
        out[code] = value;
        continue;
      }
      json::object response;
      copy(value.get_object(), "description", response);
      copy_extensions(value.get_object(), response);
      add_content(value.get_object(), produces, response);
      out[code] = std::move(response);
    }
    return out;
  }

  json::object operation(const json::object& from) {
    json::object out;
    for (const auto name : {"description", "externalDocs", "tags", "summary", "deprecated",
                            "operationId"})
      copy(from, name, out);
    copy_extensions(from, out);
    const auto& list = array_in(from, "parameters");
    if (auto kept = parameters(list); !kept.empty()) out["parameters"] = std::move(kept);
    for (const auto& one : list) {
      const auto& parameter = resolved(one);
      if (!is_body(parameter) || too_large()) continue;
      json::object body;
      copy(parameter, "required", body);
      copy_extensions(parameter, body);
      add_content(parameter, array_in(from, "consumes"), body);
      out["requestBody"] = std::move(body);
    }
    out["responses"] = responses(object_in(from, "responses"), array_in(from, "produces"));
    return out;
  }

  const json::object& shared_;
  std::int64_t left_ = kMostBytes;
};

}  // namespace

std::string document_v3_of(const SwaggerPart& part, const std::string& group,
                           const std::string& version) {
  const auto root = "/apis/" + group + "/" + version;
  Upgrade upgrade(part.parameters);
  Closure closure(part.definitions, part.parameters);
  json::object paths, schemas;
  for (const auto& [path, item] : part.paths) {
    const std::string_view name = path;
    const bool longer = name.size() > root.size();
    if (!name.starts_with(root) || (longer && name[root.size()] != '/')) continue;
    closure.follow(item);
    if (item.is_object()) paths[path] = upgrade.path(item.get_object());
  }
  if (paths.empty() || upgrade.too_large()) return {};
  for (auto& [name, schema] : closure.take_definitions()) schemas[name] = schema_of(schema);
  json::object document{{"openapi", "3.0.0"}, {"info", part.info}};
  document["paths"] = std::move(paths);
  document["components"] = json::object{{"schemas", std::move(schemas)}};
  std::string text;
  append_json(document, text);
  return text;
}

}  // namespace kubus::apiserver
