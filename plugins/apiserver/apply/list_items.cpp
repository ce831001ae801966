#include "apply/list_items.h"

#include <array>
#include <boost/json/object.hpp>
#include <span>
#include <vector>

#include "cache/json_scan.h"
#include "kubus/api/json.h"
#include "kubus/api/json_value.h"

namespace kubus::apiserver {
namespace {

// Keys in their order; an item without one is told apart by its default, or by the others.
template <class Find>
std::string keys_of(const Atom& list, Find find) {
  std::string text;
  for (const auto& key : list.keys) {
    const std::string value = find(key.name);
    if (value.empty() && key.fallback.empty()) continue;
    text += text.empty() ? '{' : ',';
    append_json_string(key.name, text);
    text += ':';
    text += value.empty() ? key.fallback : value;
  }
  return text.empty() ? text : text + '}';
}

Status bad_item(std::string why) { return {Code::kBadRequest, std::move(why)}; }

std::string key_names(const Atom& list) {
  std::string names = "[";
  for (const auto& key : list.keys) {
    if (names.size() > 1) names += ' ';
    names += '"' + key.name + '"';
  }
  return names + "]";
}

}  // namespace

std::optional<PathElement> item_element(const Atom& list, std::string_view item) {
  const char first = item.empty() ? 'n' : item.front();
  if (list.keys.empty()) {
    if (first == '{' || first == '[' || first == 'n') return std::nullopt;
    return PathElement{ElementKind::kValue, std::string(item)};
  }
  if (first != '{') return std::nullopt;
  auto text =
      keys_of(list, [&](std::string_view name) { return std::string(json_at(item, name)); });
  if (text.empty()) return std::nullopt;
  return PathElement{ElementKind::kKey, std::move(text)};
}

Result<PathElement> item_element(const Atom& list, const boost::json::value& item) {
  if (list.keys.empty()) {
    if (item.is_object())
      return bad_item("associative list without keys has an element that's a map type");
    if (item.is_array()) return bad_item("not supported: associative list with lists as elements");
    if (item.is_null())
      return bad_item("associative list without keys has an element that's an explicit null");
    PathElement element{ElementKind::kValue, {}};
    append_json(item, element.text);
    return element;
  }
  if (item.is_null()) return bad_item("associative list with keys may not have a null element");
  if (!item.is_object())
    return bad_item("associative list with keys may not have non-map elements");
  auto text = keys_of(list, [&](std::string_view name) {
    std::string value;
    if (const auto* found = item.get_object().if_contains(name)) append_json(*found, value);
    return value;
  });
  if (text.empty())
    return bad_item("associative list with keys has an element that omits all key fields " +
                    key_names(list) + " (and doesn't have default values for any key fields)");
  return PathElement{ElementKind::kKey, std::move(text)};
}

}  // namespace kubus::apiserver
