#include "custom/embedded.h"

#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "kubus/api/json.h"
#include "kubus/api/json_value.h"
#include "validation/metadata.h"
#include "validation/names.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

// Calls `visit(object, path)` for each embedded object, from the outside in.
template <class Value, class Visit>
void walk(Value& value, const Schema& schema, const Path& path, const Visit& visit) {
  if (!schema.has_embedded) return;
  if (auto* object = value.if_object()) {
    if (schema.embedded) visit(*object, path);
    for (auto& member : *object) {
      const std::string_view name(member.key().data(), member.key().size());
      const auto* type = schema.member(name);
      if (type) walk(member.value(), *type, path.child(name), visit);
    }
  }
  auto* array = value.if_array();
  if (!array || !schema.items) return;
  for (std::size_t i = 0; i < array->size(); ++i)
    walk((*array)[i], *schema.items, path.index(i), visit);
}

// The same for what a whole object has.
template <class Object, class Visit>
void walk_members(Object& tree, const Schema& schema, const Visit& visit) {
  for (auto& member : tree) {
    const std::string_view name(member.key().data(), member.key().size());
    const auto* type = schema.member(name);
    if (type) walk(member.value(), *type, Path().child(name), visit);
  }
}

std::string text_of(const json::value& value) {
  std::string out;
  append_json(value, out);
  return out;
}

Status unreadable(const Path& path, const json::value& value, std::string_view why) {
  return Status(Code::kBadRequest, path.str() + ": Invalid value: " + text_of(value) + ": " +
                                       std::string(why));
}

Status settle_metadata(json::value& value, const Path& path, std::vector<std::string>* unknown) {
  meta_v1::ObjectMeta metadata;
  std::vector<std::string> mistakes;
  DecodeOptions options;
  options.strict_errors = &mistakes;
  if (auto status = from_json(value, metadata, options); !status.ok())
    return unreadable(path, value, status.message());
  constexpr std::string_view kUnknown = "unknown field \"";
  for (const auto& mistake : mistakes)
    if (unknown && mistake.starts_with(kUnknown))
      unknown->push_back(std::string(kUnknown) + path.str() + "." +
                         mistake.substr(kUnknown.size()));
  return to_json_value(metadata, value);
}

Status settle(json::object& object, const Path& path, std::vector<std::string>* unknown) {
  for (const char* name : {"apiVersion", "kind"})
    if (const auto* word = object.if_contains(name); word && !word->is_string())
      return unreadable(path.child(name), *word, "must be a string");
  auto* metadata = object.if_contains("metadata");
  if (!metadata || metadata->is_null()) return {};
  return settle_metadata(*metadata, path.child("metadata"), unknown);
}

// Nothing where the word is missing or empty, which is an error.
std::string word_of(const json::object& object, const char* name, const Path& path,
                    ErrorList& errors) {
  const auto* word = object.if_contains(name);
  if (!word || !word->is_string()) {
    errors.required(path.child(name));
    return {};
  }
  if (word->get_string().empty()) errors.invalid(path.child(name), "", "must not be empty");
  return std::string(word->get_string());
}

void check(const json::object& object, const Path& path, ErrorList& errors) {
  const auto version = word_of(object, "apiVersion", path, errors);
  if (std::count(version.begin(), version.end(), '/') > 1)
    errors.invalid(path.child("apiVersion"), version,
                   "unexpected GroupVersion string: " + version);
  const auto kind = word_of(object, "kind", path, errors);
  std::string lower = kind;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (!kind.empty())
    for (const std::string& problem : check_dns1035_label(lower))
      errors.invalid(path.child("kind"), kind,
                     "may have mixed case, but should otherwise match: " + problem);
  meta_v1::ObjectMeta metadata;
  const auto* value = object.if_contains("metadata");
  if (value && from_json(*value, metadata).ok())
    check_embedded_metadata(metadata, path.child("metadata"), errors);
}

}  // namespace

Status settle_embedded(json::object& tree, const Schema& schema,
                       std::vector<std::string>* unknown) {
  if (!schema.has_embedded) return {};
  Status first;
  walk_members(tree, schema, [&](json::object& object, const Path& path) {
    if (first.ok()) first = settle(object, path, unknown);
  });
  return first;
}

void check_embedded(const json::object& tree, const Schema& schema, ErrorList& errors) {
  if (!schema.has_embedded) return;
  walk_members(tree, schema, [&](const json::object& object, const Path& path) {
    check(object, path, errors);
  });
}

}  // namespace kubus::apiserver
