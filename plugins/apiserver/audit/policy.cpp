#include "audit/policy.h"

#include <algorithm>

namespace kubus::apiserver::audit {
namespace {

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// "pods", "pods/log", "pods/*", "*/status" or "*".
bool matches_resource(std::string_view pattern, const RequestInfo& info) {
  if (pattern == "*") return true;
  const auto slash = pattern.find('/');
  const auto resource = pattern.substr(0, slash);
  const auto subresource =
      slash == std::string_view::npos ? std::string_view() : pattern.substr(slash + 1);
  if (subresource == "*") return resource == info.resource;
  return (resource == info.resource || (resource == "*" && !subresource.empty())) &&
         subresource == info.subresource;
}

bool matches(const GroupResources& wanted, const RequestInfo& info) {
  if (wanted.group != info.group) return false;
  if (wanted.resources.empty()) return true;
  if (!wanted.names.empty() && !contains(wanted.names, info.name)) return false;
  return std::any_of(wanted.resources.begin(), wanted.resources.end(),
                     [&](const auto& pattern) { return matches_resource(pattern, info); });
}

// "/healthz", "/openapi/*" or "*".
bool matches_path(std::string_view pattern, std::string_view path) {
  if (!pattern.ends_with('*')) return pattern == path;
  return path.starts_with(pattern.substr(0, pattern.size() - 1));
}

}  // namespace

std::string_view level_name(Level level) {
  switch (level) {
    case Level::kMetadata:
      return "Metadata";
    case Level::kRequest:
      return "Request";
    case Level::kRequestResponse:
      return "RequestResponse";
    default:
      return "None";
  }
}

std::string_view stage_name(Stage stage) {
  return stage == kRequestReceived   ? "RequestReceived"
         : stage == kResponseStarted ? "ResponseStarted"
                                     : "ResponseComplete";
}

bool Rule::matches(const Identity& who, const RequestInfo& info) const {
  if (!users.empty() && !contains(users, who.name)) return false;
  if (!groups.empty() && std::none_of(groups.begin(), groups.end(),
                                      [&](const auto& group) { return who.in_group(group); }))
    return false;
  if (!verbs.empty() && !contains(verbs, info.verb)) return false;
  if (!namespaces.empty() || !resources.empty()) {
    if (!info.is_resource) return false;
    if (!namespaces.empty() && !contains(namespaces, info.ns)) return false;
    return resources.empty() ||
           std::any_of(resources.begin(), resources.end(),
                       [&](const auto& wanted) { return audit::matches(wanted, info); });
  }
  if (paths.empty()) return true;
  return !info.is_resource && std::any_of(paths.begin(), paths.end(), [&](const auto& pattern) {
    return matches_path(pattern, info.path);
  });
}

Verdict Policy::judge(const Identity& who, const RequestInfo& info) const {
  for (const auto& rule : rules_)
    if (rule.matches(who, info))
      return {rule.level, rule.omitted_stages, rule.omits_managed_fields};
  return {};
}

}  // namespace kubus::apiserver::audit
