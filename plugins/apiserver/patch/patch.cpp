#include "patch/patch.h"

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "kubus/api/json_value.h"
#include "patch/engines.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

constexpr std::string_view kDecoding = "error decoding patch";

// The reference looks at a patch in more than one way, which shows in its words.
Status wrong_body(PatchType type, const json::value& patch, bool validates) {
  const auto words = cannot_unmarshal(patch, "map[string]interface {}");
  if (type == PatchType::kStrategicMerge) return {Code::kBadRequest, words};
  if (!validates || patch.is_null()) return {Code::kBadRequest, "Invalid JSON Patch"};
  return Status(Code::kBadRequest, words).annotate(kDecoding);
}

Status malformed_body(PatchType type, const Status& why, bool validates) {
  if (type == PatchType::kMerge && !validates) return {Code::kBadRequest, "Invalid JSON Patch"};
  return validates && type != PatchType::kStrategicMerge ? why.annotate(kDecoding) : why;
}

void sort_members(json::object& object) {
  std::map<std::string, json::value> sorted;
  for (auto& member : object) sorted.emplace(member.key(), std::move(member.value()));
  object.clear();
  for (auto& [key, value] : sorted) object.emplace(key, std::move(value));
}

// The reference prints the objects it has looked into with their keys sorted, others as they were.
void sort_merged(json::value& patched, const json::value& patch) {
  json::object* object = patched.if_object();
  const json::object* changes = patch.if_object();
  if (object == nullptr || changes == nullptr) return;
  sort_members(*object);
  for (const auto& change : *changes) {
    if (json::value* inner = object->if_contains(change.key())) sort_merged(*inner, change.value());
  }
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
      append_json(value, out);
      return out;
  }
}

std::string cannot_unmarshal(const json::value& value, std::string_view target) {
  static constexpr std::string_view kWords[] = {"null",   "bool",   "number", "number",
                                                "number", "string", "array",  "object"};
  return "json: cannot unmarshal " + std::string(kWords[static_cast<std::size_t>(value.kind())]) +
         " into Go value of type " + std::string(target);
}

Result<json::value> read_patch(PatchType type, std::string_view body,
                               std::vector<std::string>* mistakes) {
  DecodeOptions options;
  options.max_depth = static_cast<int>(kMaxPatchDepth);
  options.strict_errors = mistakes;
  json::value patch;
  if (auto status = parse_json(body, patch, options); !status.ok())
    return malformed_body(type, status, mistakes != nullptr);
  if (type != PatchType::kJson) {
    if (patch.is_null() && type == PatchType::kStrategicMerge) patch = json::object();
    if (!patch.is_object()) return wrong_body(type, patch, mistakes != nullptr);
    return patch;
  }
  if (patch.is_null()) patch = json::array();
  if (mistakes != nullptr) {
    for (std::string& mistake : *mistakes) mistake = "json patch " + mistake;
  }
  KUBUS_TRY(check_operations(patch, mistakes));
  return patch;
}

Result<json::value> apply_patch(PatchType type, json::value current, const json::value& patch,
                                const google::protobuf::Descriptor* schema) {
  switch (type) {
    case PatchType::kJson:
      KUBUS_TRY(apply_json_patch(current, patch));
      break;
    case PatchType::kMerge:
      apply_merge_patch(current, patch);
      break;
    case PatchType::kStrategicMerge:
      if (!current.is_object()) current = json::object();
      KUBUS_TRY(apply_strategic_merge(current.get_object(), patch.get_object(), schema));
      break;
  }
  return current;
}

std::string patch_value_text(PatchType type, const json::value& patch, json::value patched) {
  if (type == PatchType::kStrategicMerge) return go_text(patch);
  if (type == PatchType::kMerge) sort_merged(patched, patch);
  if (type == PatchType::kJson && patched.is_object()) sort_members(patched.get_object());
  std::string text;
  append_json(patched, text, false);
  return text;
}

}  // namespace kubus::apiserver
