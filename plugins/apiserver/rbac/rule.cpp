#include "rbac/rule.h"

#include <algorithm>

namespace kubus::apiserver::rbac {
namespace {

constexpr std::string_view kAll = "*";

bool names_or_all(const std::vector<std::string>& list, std::string_view word) {
  return std::any_of(list.begin(), list.end(),
                     [&](const auto& item) { return item == word || item == kAll; });
}

bool is_resource(std::string_view item, const RequestInfo& info) {
  if (info.subresource.empty()) return item == info.resource;
  const auto slash = item.find('/');
  if (slash == std::string_view::npos || item.substr(slash + 1) != info.subresource) return false;
  const auto resource = item.substr(0, slash);
  return resource == kAll || resource == info.resource;
}

template <class To, class From>
void copy(const From& from, To& to) {
  to.assign(from.begin(), from.end());
}

}  // namespace

bool path_covers(std::string_view pattern, std::string_view path) {
  if (pattern == path) return true;
  if (!pattern.ends_with('*')) return false;
  return path.starts_with(pattern.substr(0, pattern.find_last_not_of('*') + 1));
}

bool Rule::allows(const RequestInfo& info) const {
  if (!names_or_all(verbs, info.verb)) return false;
  if (!info.is_resource)
    return std::any_of(paths.begin(), paths.end(),
                       [&](const auto& path) { return path_covers(path, info.path); });
  return names_or_all(groups, info.group) &&
         std::any_of(resources.begin(), resources.end(),
                     [&](const auto& item) { return item == kAll || is_resource(item, info); }) &&
         (names.empty() || std::find(names.begin(), names.end(), info.name) != names.end());
}

Rule Rule::from(const rbac_v1::PolicyRule& rule) {
  Rule out;
  copy(rule.verbs(), out.verbs);
  copy(rule.apigroups(), out.groups);
  copy(rule.resources(), out.resources);
  copy(rule.resourcenames(), out.names);
  copy(rule.nonresourceurls(), out.paths);
  return out;
}

rbac_v1::PolicyRule Rule::to_message() const {
  rbac_v1::PolicyRule out;
  out.mutable_verbs()->Assign(verbs.begin(), verbs.end());
  out.mutable_apigroups()->Assign(groups.begin(), groups.end());
  out.mutable_resources()->Assign(resources.begin(), resources.end());
  out.mutable_resourcenames()->Assign(names.begin(), names.end());
  out.mutable_nonresourceurls()->Assign(paths.begin(), paths.end());
  return out;
}

}  // namespace kubus::apiserver::rbac
