#include "schema/old_items.h"

#include <boost/json.hpp>

#include "kubus/api/json_value.h"

namespace kubus::apiserver {

namespace json = boost::json;

std::string item_key(const json::object& item, const Schema& list) {
  json::object chosen;
  for (const auto& name : list.list_map_keys)
    if (const auto* value = item.if_contains(name)) chosen[name] = *value;
  std::string out;
  append_json(json::value(std::move(chosen)), out);
  return out;
}

OldItems::OldItems(const json::value* old, const Schema& list) : list_(list) {
  if (!old || !old->is_array() || list.list != SchemaList::kMap) return;
  for (const auto& item : old->get_array())
    if (item.is_object()) by_key_.emplace(item_key(item.get_object(), list), &item);
}

const json::value* OldItems::find(const json::value& item) const {
  if (by_key_.empty() || !item.is_object()) return nullptr;
  const auto found = by_key_.find(item_key(item.get_object(), list_));
  return found == by_key_.end() ? nullptr : found->second;
}

}  // namespace kubus::apiserver
