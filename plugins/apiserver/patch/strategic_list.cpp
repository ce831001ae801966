#include "patch/strategic_list.h"

#include <algorithm>
#include <boost/json/value.hpp>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "patch/element_order.h"
#include "patch/engines.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

enum class Elements { kNone, kObjects, kScalars };

Status failed(std::string message) { return {Code::kUnknown, std::move(message)}; }

Result<Elements> element_kind(const json::array& a, const json::array& b) {
  Elements out = Elements::kNone;
  for (const json::array* list : {&a, &b}) {
    for (const json::value& item : *list) {
      if (item.is_array()) return Status(Code::kInvalid, "lists of lists are not supported");
      const Elements kind = item.is_object() ? Elements::kObjects : Elements::kScalars;
      if (out != Elements::kNone && out != kind) {
        return failed("list element types are not identical: " + go_text(json::value(*list)));
      }
      out = kind;
    }
  }
  return out;
}

json::array merge_scalars(const json::array& live, const json::array& patch) {
  std::unordered_set<json::value> seen;
  json::array out;
  for (const json::array* list : {&live, &patch}) {
    for (const json::value& item : *list) {
      if (seen.insert(item).second) out.push_back(item);
    }
  }
  return out;
}

void erase_keys(json::array& list, const json::array& keys, std::string_view merge_key) {
  if (keys.empty()) return;
  const std::unordered_set<json::value> doomed(keys.begin(), keys.end());
  json::array kept;
  for (json::value& item : list) {
    const json::value* key = element_key(item, merge_key);
    if (key == nullptr || !doomed.contains(*key)) kept.push_back(std::move(item));
  }
  list = std::move(kept);
}

// Carries out the directives among the elements and leaves the rest in `patch`. True when the
// patch replaces the list.
Result<bool> take_directives(json::array& live, json::array& patch, std::string_view merge_key) {
  json::array rest;
  json::array doomed;
  bool replace = false;
  for (json::value& item : patch) {
    const json::object& object = item.get_object();
    const json::value* directive = object.if_contains(kPatchDirective);
    if (directive == nullptr) {
      rest.push_back(std::move(item));
    } else if (*directive == "delete") {
      const json::value* key = object.if_contains(merge_key);
      if (key == nullptr) return no_merge_key(item, merge_key);
      doomed.push_back(*key);
    } else if (*directive == "replace") {
      replace = true;
    } else if (*directive == "merge") {
      return failed("merging lists cannot yet be specified in the patch");
    } else {
      return failed("unknown patch type: " + go_text(*directive) + " in map: " + go_text(item));
    }
  }
  patch = std::move(rest);
  if (!replace) erase_keys(live, doomed, merge_key);
  return replace;
}

Status merge_objects(json::array& merged, const json::array& patch, std::string_view merge_key,
                     const MergeElement& merge) {
  std::unordered_map<json::value, std::size_t> index;
  for (std::size_t i = 0; i < merged.size(); ++i) {
    const json::value* key = element_key(merged[i], merge_key);
    if (key != nullptr) index.emplace(*key, i);
  }
  for (const json::value& item : patch) {
    const json::value* key = element_key(item, merge_key);
    if (key == nullptr) return no_merge_key(item, merge_key);
    const auto [found, added] = index.emplace(*key, merged.size());
    if (added) {
      merged.push_back(item);
    } else {
      KUBUS_TRY(merge(merged[found->second].get_object(), item.get_object()));
    }
  }
  return {};
}

}  // namespace

Result<json::array> merge_list(json::array live, json::array patch, std::string_view merge_key,
                               const MergeElement& merge) {
  Result<Elements> kind = element_kind(live, patch);
  if (!kind.ok()) return kind.status();
  if (*kind == Elements::kNone) return live;
  if (*kind == Elements::kScalars) {
    return order_elements(merge_scalars(live, patch), patch, live, merge_key);
  }
  if (merge_key.empty()) return failed("cannot merge lists without merge key");
  Result<bool> replace = take_directives(live, patch, merge_key);
  if (!replace.ok()) return replace.status();
  if (*replace) return patch;
  json::array merged = live;
  KUBUS_TRY(merge_objects(merged, patch, merge_key, merge));
  return order_elements(std::move(merged), patch, live, merge_key);
}

json::array live_places(const json::array& live, const json::array& patch,
                        std::string_view merge_key) {
  json::array doomed;
  for (const json::value& item : patch) {
    const json::object* object = item.if_object();
    const json::value* directive = object ? object->if_contains(kPatchDirective) : nullptr;
    if (directive == nullptr) continue;
    if (*directive == "replace") return live;
    if (const json::value* key = object->if_contains(merge_key)) doomed.push_back(*key);
  }
  if (doomed.empty()) return live;
  json::array places = live;
  erase_keys(places, doomed, merge_key);
  std::unordered_set<json::value> known;
  for (const json::value& item : places)
    if (const json::value* key = element_key(item, merge_key)) known.insert(*key);
  for (const json::value& item : patch) {
    if (places.size() == live.size()) break;
    const json::object* object = item.if_object();
    const json::value* key = object ? object->if_contains(merge_key) : nullptr;
    if (key == nullptr || object->contains(kPatchDirective)) continue;
    if (known.insert(*key).second) places.push_back(json::object{{merge_key, *key}});
  }
  return places;
}

json::array without_scalars(const json::array& live, const json::array& doomed) {
  const std::unordered_set<json::value> gone(doomed.begin(), doomed.end());
  json::array out;
  for (const json::value& item : live) {
    if (!gone.contains(item)) out.push_back(item);
  }
  return out;
}

Status check_order(const json::array& patch, const json::array& wanted,
                   std::string_view merge_key) {
  if (wanted.empty()) return {};
  const auto directive_of = [](const json::value& item) {
    const json::object* object = item.if_object();
    return object ? object->if_contains(kPatchDirective) : nullptr;
  };
  std::size_t at = 0;
  for (const json::value& item : patch) {
    const json::value* directive = directive_of(item);
    if (directive != nullptr && *directive == "delete") continue;
    // One that does not replace or merge by itself is looked for in the order.
    bool found = directive != nullptr && at < wanted.size();
    const json::value* key = element_key(item, merge_key);
    while (!found && at < wanted.size()) {
      const json::value* other = element_key(wanted[at++], merge_key);
      found = key != nullptr && other != nullptr && *other == *key;
    }
    if (!found)
      return failed("The order in patch list:\n" + go_text(json::value(patch)) +
                    "\n doesn't match $setElementOrder list:\n" + go_text(json::value(wanted)) +
                    "\n");
  }
  return {};
}

bool strip_directives(json::value& value) {
  if (json::object* object = value.if_object()) {
    if (object->contains(kPatchDirective)) return false;
    for (auto member = object->begin(); member != object->end();) {
      const bool keep = strip_directives(member->value());
      member = keep ? std::next(member) : object->erase(member);
    }
  } else if (json::array* array = value.if_array()) {
    json::array kept;
    for (json::value& item : *array) {
      if (strip_directives(item)) kept.push_back(std::move(item));
    }
    *array = std::move(kept);
  }
  return true;
}

}  // namespace kubus::apiserver
