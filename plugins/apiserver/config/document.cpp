#include "config/document.h"

#include <algorithm>
#include <boost/json/value.hpp>

#include "kubus/api/json_value.h"
#include "kubus/pki/files.h"
#include "respond/yaml.h"

namespace kubus::apiserver::config {

Status wrong(const std::string& path, const std::string& why) {
  return Status(Code::kInvalid, path + ": " + why);
}

std::string at(const std::string& path, std::size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

Result<json::object> parse(std::string_view yaml, std::string_view api_version,
                           std::string_view kind) {
  const auto text = yaml_to_json(yaml);
  if (!text.ok()) return text.status();
  json::value document;
  KUBUS_TRY(parse_json(*text, document));
  if (!document.is_object()) return wrong("kind", "the document must be an object");
  auto& object = document.get_object();
  if (text_of(object, "apiVersion") != api_version || text_of(object, "kind") != kind)
    return wrong("kind", "must be " + std::string(kind) + " of " + std::string(api_version));
  return std::move(object);
}

Result<json::object> read(const std::string& file, std::string_view api_version,
                          std::string_view kind) {
  const auto text = pki::read_file(file);
  if (!text.ok()) return text.status();
  auto parsed = parse(*text, api_version, kind);
  if (!parsed.ok()) return parsed.status().annotate(file);
  return parsed;
}

Status check_members(const json::value& value, const std::string& path,
                     std::initializer_list<std::string_view> known) {
  if (!value.is_object()) return wrong(path, "must be an object");
  for (const auto& member : value.get_object())
    if (std::find(known.begin(), known.end(), std::string_view(member.key())) == known.end())
      return wrong(path, "unknown field \"" + std::string(member.key()) + "\"");
  return {};
}

const json::array& list_of(const json::object& object, std::string_view member) {
  static const json::array kNone;
  const auto* found = object.if_contains(member);
  return found && found->is_array() ? found->get_array() : kNone;
}

Result<std::vector<std::string>> texts_of(const json::object& object, std::string_view member,
                                          const std::string& path) {
  std::vector<std::string> texts;
  const auto* found = object.if_contains(member);
  if (!found || found->is_null()) return texts;
  const auto place = path + "." + std::string(member);
  if (!found->is_array()) return wrong(place, "must be a list");
  for (const auto& item : found->get_array()) {
    if (!item.is_string()) return wrong(at(place, texts.size()), "must be a string");
    texts.emplace_back(item.get_string());
  }
  return texts;
}

std::string text_of(const json::object& object, std::string_view member) {
  const auto* found = object.if_contains(member);
  return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

}  // namespace kubus::apiserver::config
