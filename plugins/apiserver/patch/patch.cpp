#include "patch/patch.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <map>

#include "patch/engines.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

Result<json::value> parse_body(std::string_view body) {
  json::parse_options options;
  options.max_depth = kMaxPatchDepth;
  boost::system::error_code error;
  json::value value = json::parse({body.data(), body.size()}, error, {}, options);
  if (error) return {Code::kBadRequest, "error decoding patch: " + error.message()};
  return value;
}

Status not_an_object() {
  return {Code::kBadRequest,
          "error decoding patch: json: cannot unmarshal into Go value of type "
          "map[string]interface {}"};
}

}  // namespace

std::size_t json_depth(const json::value& value) {
  std::size_t deepest = 0;
  if (const json::object* object = value.if_object()) {
    for (const auto& member : *object) deepest = std::max(deepest, json_depth(member.value()));
    return deepest + 1;
  }
  if (const json::array* array = value.if_array()) {
    for (const json::value& item : *array) deepest = std::max(deepest, json_depth(item));
    return deepest + 1;
  }
  return 0;
}

std::string go_text(const json::value& value) {
  std::string out;
  switch (value.kind()) {
    case json::kind::null:
      return "<nil>";
    case json::kind::bool_:
      return value.get_bool() ? "true" : "false";
    case json::kind::string:
      return std::string(value.get_string());
    case json::kind::array:
      for (const json::value& item : value.get_array()) {
        if (!out.empty()) out += ' ';
        out += go_text(item);
      }
      return "[" + out + "]";
    case json::kind::object: {
      std::map<std::string_view, const json::value*> sorted;
      for (const auto& member : value.get_object()) {
        sorted.emplace(std::string_view(member.key()), &member.value());
      }
      for (const auto& [key, item] : sorted) {
        if (!out.empty()) out += ' ';
        out.append(key).append(":").append(go_text(*item));
      }
      return "map[" + out + "]";
    }
    default:
      return json::serialize(value);
  }
}

Result<json::value> apply_patch(PatchType type, const json::value& current, std::string_view body,
                                const google::protobuf::Descriptor* schema) {
  Result<json::value> patch = parse_body(body);
  if (!patch.ok()) return patch.status();
  json::value document = current;
  switch (type) {
    case PatchType::kJson:
      KUBUS_TRY(apply_json_patch(document, *patch));
      break;
    case PatchType::kMerge:
      if (!patch->is_object()) return Status(Code::kBadRequest, "Invalid JSON Patch");
      apply_merge_patch(document, *patch);
      break;
    case PatchType::kStrategicMerge:
      if (!patch->is_object()) return not_an_object();
      if (!document.is_object()) document = json::object();
      KUBUS_TRY(
          apply_strategic_merge(document.get_object(), std::move(patch->get_object()), schema));
      break;
  }
  return document;
}

}  // namespace kubus::apiserver
