#include "fairness/classify.h"

#include <algorithm>
#include <array>

namespace kubus::apiserver::fairness {
namespace {

constexpr std::string_view kAccounts = "system:serviceaccount:";

template <class List>
bool holds(const List& list, std::string_view value) {
  return std::any_of(list.begin(), list.end(),
                     [&](const auto& item) { return item == "*" || item == value; });
}

// "system:serviceaccount:NAMESPACE:NAME", with any name for "*".
bool is_account(std::string_view user, const flowcontrol_v1::ServiceAccountSubject& account) {
  if (!user.starts_with(kAccounts)) return false;
  user.remove_prefix(kAccounts.size());
  const auto colon = user.find(':');
  if (colon == std::string_view::npos || user.substr(0, colon) != account.namespace_())
    return false;
  user.remove_prefix(colon + 1);
  return account.name() == "*" ? !user.empty() && user.find(':') == std::string_view::npos
                               : user == account.name();
}

bool is_subject(const Identity& identity, const flowcontrol_v1::Subject& subject) {
  if (subject.kind() == "User")
    return subject.user().name() == "*" || subject.user().name() == identity.name;
  if (subject.kind() == "Group")
    return subject.group().name() == "*" || identity.in_group(subject.group().name());
  return subject.kind() == "ServiceAccount" && is_account(identity.name, subject.serviceaccount());
}

// "RESOURCE" or "RESOURCE/SUBRESOURCE", compared without putting the two together.
bool names_resource(std::string_view rule, const RequestInfo& info) {
  if (rule == "*") return true;
  if (!rule.starts_with(info.resource)) return false;
  rule.remove_prefix(info.resource.size());
  if (info.subresource.empty()) return rule.empty();
  return rule.starts_with('/') && rule.substr(1) == info.subresource;
}

bool covers(const flowcontrol_v1::ResourcePolicyRule& rule, const RequestInfo& info) {
  if (!holds(rule.verbs(), info.verb) || !holds(rule.apigroups(), info.group)) return false;
  const auto& resources = rule.resources();
  if (std::none_of(resources.begin(), resources.end(),
                   [&](const auto& name) { return names_resource(name, info); }))
    return false;
  return info.ns.empty() ? rule.clusterscope() : holds(rule.namespaces(), info.ns);
}

bool covers(const flowcontrol_v1::NonResourcePolicyRule& rule, const RequestInfo& info) {
  if (!holds(rule.verbs(), info.verb)) return false;
  const auto& urls = rule.nonresourceurls();
  return std::any_of(urls.begin(), urls.end(), [&](std::string_view url) {
    if (url == info.path) return true;
    return url.ends_with('*') && info.path.starts_with(url.substr(0, url.size() - 1));
  });
}

template <class Rules>
bool any_covers(const Rules& rules, const RequestInfo& info) {
  return std::any_of(rules.begin(), rules.end(),
                     [&](const auto& rule) { return covers(rule, info); });
}

}  // namespace

bool is_long_running(const RequestInfo& info) {
  static constexpr std::array<std::string_view, 5> kSubresources = {"attach", "exec", "log",
                                                                    "portforward", "proxy"};
  return info.verb == "watch" || std::find(kSubresources.begin(), kSubresources.end(),
                                           info.subresource) != kSubresources.end();
}

Matcher::Matcher(const flowcontrol_v1::FlowSchemaSpec& spec) : spec_(spec) {
  const auto& method = spec_.distinguishermethod().type();
  if (method == "ByUser") method_ = Method::kUser;
  if (method == "ByNamespace") method_ = Method::kNamespace;
}

bool Matcher::matches(const Identity& identity, const RequestInfo& info) const {
  for (const auto& rule : spec_.rules()) {
    const auto& subjects = rule.subjects();
    if (std::none_of(subjects.begin(), subjects.end(),
                     [&](const auto& subject) { return is_subject(identity, subject); }))
      continue;
    if (info.is_resource ? any_covers(rule.resourcerules(), info)
                         : any_covers(rule.nonresourcerules(), info))
      return true;
  }
  return false;
}

std::string_view Matcher::distinguisher(const Identity& identity, const RequestInfo& info) const {
  if (method_ == Method::kUser) return identity.name;
  if (method_ == Method::kNamespace) return info.ns;
  return {};
}

}  // namespace kubus::apiserver::fairness
