#include "auth/impersonation.h"

#include <boost/algorithm/string/predicate.hpp>

#include "respond/api_errors.h"

namespace kubus::apiserver {
namespace {

constexpr std::string_view kServiceAccount = "system:serviceaccount:";

RequestInfo impersonating(std::string_view resource, std::string name) {
  RequestInfo info;
  info.is_resource = true;
  info.verb = "impersonate";
  info.version = "v1";
  info.resource = resource;
  info.name = std::move(name);
  return info;
}

RequestInfo impersonating_user(const std::string& user) {
  const auto colon = user.rfind(':');
  if (!user.starts_with(kServiceAccount) || colon < kServiceAccount.size())
    return impersonating("users", user);
  auto info = impersonating("serviceaccounts", user.substr(colon + 1));
  info.ns = user.substr(kServiceAccount.size(), colon - kServiceAccount.size());
  return info;
}

// The groups that a client gets without being asked for them.
void add_own_groups(Identity& identity, const RequestInfo& user) {
  if (identity.groups.empty() && user.resource == "serviceaccounts")
    identity.groups = {"system:serviceaccounts", "system:serviceaccounts:" + user.ns};
  if (identity.name == "system:anonymous") {
    if (!identity.in_group("system:unauthenticated"))
      identity.groups.emplace_back("system:unauthenticated");
  } else if (!identity.in_group("system:authenticated")) {
    identity.groups.emplace_back("system:authenticated");
  }
}

}  // namespace

Result<Identity> impersonate(Authorizers& authorizers, Identity who, const http::Request& request) {
  Identity wanted;
  bool asked = false;
  for (const auto& [name, value] : request.headers.fields()) {
    if (!boost::istarts_with(name, "impersonate-")) continue;
    asked = true;
    if (boost::iequals(name, "impersonate-user")) wanted.name = value;
    if (boost::iequals(name, "impersonate-group")) wanted.groups.push_back(value);
  }
  if (!asked) return who;
  if (wanted.name.empty())
    return errors::bad_request("requested impersonation without impersonating a user");
  const auto user = impersonating_user(wanted.name);
  KUBUS_TRY(authorize(authorizers, who, user));
  for (const auto& group : wanted.groups)
    KUBUS_TRY(authorize(authorizers, who, impersonating("groups", group)));
  add_own_groups(wanted, user);
  return wanted;
}

}  // namespace kubus::apiserver
