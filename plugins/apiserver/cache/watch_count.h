// WatchCount: how many watches there are of all objects, of a namespace and of single objects.
//
// Thread safety: none of its own.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "cache/event.h"

namespace kubus::apiserver {

class WatchCount {
 public:
  void add(const Filter& filter) {
    if (counts(filter)) ++counts_[key(filter.ns, filter.name)];
  }
  void remove(const Filter& filter) {
    if (!counts(filter)) return;
    const auto found = counts_.find(key(filter.ns, filter.name));
    if (--found->second == 0) counts_.erase(found);
  }
  // Those that may be told of a change of the object.
  std::size_t of(std::string_view ns, std::string_view name) const {
    auto count = at("", "");
    if (!ns.empty()) count += at(ns, "");
    if (!name.empty()) count += at(ns, name);
    // One that watches a name in all namespaces.
    if (!ns.empty() && !name.empty()) count += at("", name);
    return count;
  }

 private:
  // Each node watches its own pods, and is told of no others.
  static bool counts(const Filter& filter) { return !filter.fields.exact("spec.nodeName"); }
  static std::string key(std::string_view ns, std::string_view name) {
    return std::string(ns).append("/").append(name);
  }
  std::size_t at(std::string_view ns, std::string_view name) const {
    const auto found = counts_.find(key(ns, name));
    return found == counts_.end() ? 0 : found->second;
  }

  std::map<std::string, std::size_t> counts_;
};

}  // namespace kubus::apiserver
