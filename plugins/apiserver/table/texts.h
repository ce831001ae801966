// Texts that several printers have in common.
//
// Thread safety: pure functions.
#pragma once

#include <google/protobuf/map.h>
#include <google/protobuf/repeated_field.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/api/types.h"

namespace kubus::apiserver {

using StringMap = google::protobuf::Map<std::string, std::string>;
using StringList = google::protobuf::RepeatedPtrField<std::string>;

// "a=b,c=d" sorted by key; "<none>" for no labels.
std::string labels_text(const StringMap& labels);
// A label query as "a=b,c in (d,e)"; "<none>" for an empty or missing one.
std::string selector_text(const meta_v1::LabelSelector& selector);
// As selector_text, with "" for an empty query.
std::string query_text(const meta_v1::LabelSelector& selector);

std::string join(const StringList& parts, std::string_view separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
// The first parts joined by commas, and "+ N more..." where there are more; "<unset>" for none.
std::string join_some(const std::vector<std::string>& parts, std::size_t max);
std::string lower(std::string_view text);

// `member` of each item, joined by commas.
template <class Items, class Member>
std::string join_members(const Items& items, Member&& member) {
  std::string out;
  for (const auto& item : items) {
    if (!out.empty()) out += ',';
    out += member(item);
  }
  return out;
}

template <class Containers>
std::string container_names(const Containers& containers) {
  return join_members(containers, [](const auto& container) { return container.name(); });
}

template <class Containers>
std::string container_images(const Containers& containers) {
  return join_members(containers, [](const auto& container) { return container.image(); });
}

}  // namespace kubus::apiserver
