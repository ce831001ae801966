#include <google/protobuf/descriptor.h>

#include <boost/json/value.hpp>
#include <string>
#include <unordered_set>
#include <vector>

#include "patch/element_order.h"
#include "patch/engines.h"
#include "patch/patch_schema.h"
#include "patch/strategic_list.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;
using google::protobuf::Descriptor;

constexpr std::string_view kRetainKeys = "$retainKeys";
constexpr std::string_view kDeleteFrom = "$deleteFromPrimitiveList/";
constexpr std::string_view kSetOrder = "$setElementOrder/";

Status bad(std::string_view message) { return {Code::kBadRequest, std::string(message)}; }

Status unknown_field(const Descriptor* type, std::string_view key) {
  return {Code::kUnknown, "unable to find api field in struct " +
                              std::string(type != nullptr ? type->name() : "") +
                              " for the json field \"" + std::string(key) + "\""};
}

Status retain_keys(json::object& original, json::object& patch) {
  const auto directive = patch.find(kRetainKeys);
  if (directive == patch.end()) return {};
  const json::value wanted = std::move(directive->value());
  patch.erase(directive);
  const json::array* list = wanted.if_array();
  constexpr std::string_view kWrong = "invalid patch format of retainKeys";
  if (list == nullptr) return bad(kWrong);
  std::unordered_set<std::string_view> keep;
  for (const json::value& item : *list) {
    if (const json::string* key = item.if_string()) keep.insert(*key);
  }
  for (const auto& member : patch) {
    const std::string_view key = member.key();
    const bool exempt =
        member.value().is_null() || key.starts_with(kDeleteFrom) || key.starts_with(kSetOrder);
    if (!exempt && !keep.contains(key)) return bad(kWrong);
  }
  for (auto member = original.begin(); member != original.end();) {
    const bool kept = keep.contains(std::string_view(member->key()));
    member = kept ? std::next(member) : original.erase(member);
  }
  return {};
}

Status merge_map(json::object& original, json::object patch, const Descriptor* type);

Result<json::array> merge_field_list(const json::array& live, json::array patch,
                                     const PatchField& field) {
  if (!field.merge) return patch;
  return merge_list(live, std::move(patch), field.merge_key,
                    [&](json::object& element, json::object change) {
                      return merge_map(element, std::move(change), field.type);
                    });
}

// One $setElementOrder directive together with the list of the patch that it orders.
Status apply_order(json::object& original, json::object& patch, const std::string& directive,
                   const Descriptor* type) {
  const std::string key = directive.substr(kSetOrder.size());
  const json::value order = std::move(patch.at(directive));
  patch.erase(directive);
  if (!order.is_array()) return bad("invalid patch format of setElementOrder list");
  const json::array& wanted = order.get_array();
  const PatchField field = patch_field(type, key);
  if (!field.known) return unknown_field(type, key);

  json::value* live = original.if_contains(key);
  json::value* change = patch.if_contains(key);
  if ((live != nullptr && !live->is_array()) || (change != nullptr && !change->is_array())) {
    return {Code::kUnknown, "expected a []interface {}, but received something else for " + key};
  }
  if (live == nullptr && change == nullptr) return {};
  const json::array before = live != nullptr ? live->get_array() : json::array();
  const bool is_empty = before.empty() && (change == nullptr || change->get_array().empty());
  json::array places = before;
  json::array merged = before;
  if (change != nullptr) {
    KUBUS_TRY(check_order(change->get_array(), wanted, field.merge_key));
    if (field.merge) places = live_places(before, change->get_array(), field.merge_key);
    if (live == nullptr) {
      strip_directives(*change);
      merged = change->get_array();
    } else {
      Result<json::array> result = merge_field_list(before, std::move(change->get_array()), field);
      if (!result.ok()) return result.status();
      merged = std::move(*result);
    }
    patch.erase(key);
  }
  if (is_empty) return {Code::kUnknown, "no elements in any of the given slices"};
  Result<json::array> ordered = order_elements(std::move(merged), wanted, places, field.merge_key);
  if (!ordered.ok()) return ordered.status();
  original[key] = std::move(*ordered);
  return {};
}

Status apply_orders(json::object& original, json::object& patch, const Descriptor* type) {
  std::vector<std::string> directives;
  for (const auto& member : patch) {
    if (std::string_view(member.key()).starts_with(kSetOrder))
      directives.emplace_back(member.key());
  }
  for (const std::string& directive : directives) {
    KUBUS_TRY(apply_order(original, patch, directive, type));
  }
  return {};
}

Status delete_scalars(json::object& original, std::string_view key, const json::value& doomed) {
  const auto found = original.find(key);
  if (found == original.end()) return {};
  if (!found->value().is_array() || !doomed.is_array()) {
    return bad("invalid patch format of primitive list");
  }
  found->value() = without_scalars(found->value().get_array(), doomed.get_array());
  return {};
}

// A member of the patch whose counterpart is missing or of another shape is taken as it is.
void take_value(json::object& original, std::string_view key, json::value value) {
  drop_nulls(value);
  if (strip_directives(value)) {
    original[key] = std::move(value);
  } else {
    original.erase(key);
  }
}

Status merge_member(json::object& original, std::string_view key, json::value change,
                    const Descriptor* type) {
  if (key.starts_with(kDeleteFrom)) {
    return delete_scalars(original, key.substr(kDeleteFrom.size()), change);
  }
  if (change.is_null()) {
    original.erase(key);
    return {};
  }
  json::value* live = original.if_contains(key);
  const bool objects = live != nullptr && live->is_object() && change.is_object();
  const bool lists = live != nullptr && live->is_array() && change.is_array();
  if (!objects && !lists) {
    take_value(original, key, std::move(change));
    return {};
  }
  const PatchField field = patch_field(type, key);
  if (!field.known) return unknown_field(type, key);
  if (lists) {
    Result<json::array> merged =
        merge_field_list(live->get_array(), std::move(change.get_array()), field);
    if (!merged.ok()) return merged.status();
    *live = std::move(*merged);
    return {};
  }
  if (field.replace) {
    *live = std::move(change);
    return {};
  }
  return merge_map(live->get_object(), std::move(change.get_object()), field.type);
}

Status merge_map(json::object& original, json::object patch, const Descriptor* type) {
  if (const json::value* directive = patch.if_contains(kPatchDirective)) {
    if (*directive == "replace") {
      patch.erase(kPatchDirective);
      original = std::move(patch);
      return {};
    }
    if (*directive == "delete") {
      original.clear();
      return {};
    }
    return {Code::kUnknown, "unknown patch type: " + go_text(*directive) +
                                " in map: " + go_text(json::value(patch))};
  }
  KUBUS_TRY(retain_keys(original, patch));
  KUBUS_TRY(apply_orders(original, patch, type));
  for (auto& member : patch) {
    KUBUS_TRY(merge_member(original, member.key(), std::move(member.value()), type));
  }
  return {};
}

}  // namespace

Status apply_strategic_merge(json::object& original, json::object patch, const Descriptor* schema) {
  return merge_map(original, std::move(patch), schema);
}

}  // namespace kubus::apiserver
