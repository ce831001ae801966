#include "config/document.h"

#include <algorithm>
#include <boost/json/value.hpp>

#include "kubus/api/json_value.h"
#include "kubus/api/time.h"
#include "kubus/pki/files.h"
#include "yaml/yaml.h"

namespace kubus::apiserver::config {

Status wrong(const std::string& path, const std::string& why) {
  return Status(Code::kInvalid, path + ": " + why);
}

namespace {

std::string below(const std::string& path, std::string_view member) {
  return path.empty() ? std::string(member) : path + "." + std::string(member);
}

// Null: it is absent.
const json::value* member_of(const json::object& object, std::string_view member) {
  const auto* found = object.if_contains(member);
  return found && !found->is_null() ? found : nullptr;
}

}  // namespace

std::string at(const std::string& path, std::size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

Result<json::object> parse(std::string_view yaml, std::string_view api_version,
                           std::string_view kind) {
  return parse(yaml, {api_version}, kind);
}

Result<json::object> parse(std::string_view yaml,
                           std::initializer_list<std::string_view> api_versions,
                           std::string_view kind) {
  const auto text = yaml_to_json(yaml);
  if (!text.ok()) return text.status();
  json::value document;
  KUBUS_TRY(parse_json(*text, document));
  if (!document.is_object()) return wrong("kind", "the document must be an object");
  auto& object = document.get_object();
  const auto version = text_of(object, "apiVersion");
  if (std::find(api_versions.begin(), api_versions.end(), version) == api_versions.end() ||
      text_of(object, "kind") != kind)
    return wrong("kind",
                 "must be " + std::string(kind) + " of " + std::string(*api_versions.begin()));
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

Status read_member(const json::object& object, std::string_view member, const std::string& path,
                   std::string& out) {
  const auto* found = member_of(object, member);
  if (!found) return {};
  if (!found->is_string()) return wrong(below(path, member), "must be a string");
  out = found->get_string();
  return {};
}

Status read_member(const json::object& object, std::string_view member, const std::string& path,
                   bool& out) {
  const auto* found = member_of(object, member);
  if (!found) return {};
  if (!found->is_bool()) return wrong(below(path, member), "must be true or false");
  out = found->get_bool();
  return {};
}

Status read_member(const json::object& object, std::string_view member, const std::string& path,
                   std::chrono::nanoseconds& out) {
  std::string text;
  KUBUS_TRY(read_member(object, member, path, text));
  if (!member_of(object, member)) return {};
  const auto duration = parse_duration(text);
  if (!duration.ok()) return wrong(below(path, member), std::string(duration.status().message()));
  out = *duration;
  return {};
}

Status read_member(const json::object& object, std::string_view member, const std::string& path,
                   std::vector<std::string>& out) {
  if (!member_of(object, member)) return {};
  auto texts = texts_of(object, member, path);
  if (!texts.ok()) return texts.status();
  out = std::move(*texts);
  return {};
}

Result<const json::object*> read_object(const json::object& object, std::string_view member,
                                        const std::string& path,
                                        std::initializer_list<std::string_view> known) {
  const auto* found = member_of(object, member);
  if (!found) return nullptr;
  KUBUS_TRY(check_members(*found, below(path, member), known));
  return &found->get_object();
}

Result<std::vector<const json::object*>> read_objects(
    const json::object& object, std::string_view member, const std::string& path,
    std::initializer_list<std::string_view> known) {
  std::vector<const json::object*> all;
  const auto* found = member_of(object, member);
  if (!found) return all;
  const auto place = below(path, member);
  if (!found->is_array()) return wrong(place, "must be a list");
  for (const auto& item : found->get_array()) {
    KUBUS_TRY(check_members(item, at(place, all.size()), known));
    all.push_back(&item.get_object());
  }
  return all;
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
  const auto place = below(path, member);
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
