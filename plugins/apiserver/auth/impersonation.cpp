#include "auth/impersonation.h"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/predicate.hpp>

#include "respond/api_errors.h"

namespace kubus::apiserver {
namespace {

constexpr std::string_view kServiceAccount = "system:serviceaccount:";
constexpr std::string_view kExtra = "impersonate-extra-";

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

// "Impersonate-Extra-KEY": keys come in lower case, with what a header name cannot hold escaped.
std::string extra_key(std::string_view header) {
  return percent_decode(boost::to_lower_copy(std::string(header.substr(kExtra.size()))), false);
}

RequestInfo impersonating_attribute(std::string_view resource, const std::string& name) {
  auto info = impersonating(resource, name);
  info.group = "authentication.k8s.io";
  return info;
}

// What the header fields ask for.
struct Wish {
  Identity identity;
  bool any = false;
};

Wish read_wish(const http::Request& request) {
  Wish wish;
  for (const auto& [name, value] : request.headers.fields()) {
    if (!boost::istarts_with(name, "impersonate-")) continue;
    wish.any = true;
    auto& identity = wish.identity;
    if (boost::iequals(name, "impersonate-user")) identity.name = value;
    if (boost::iequals(name, "impersonate-group")) identity.groups.push_back(value);
    if (boost::iequals(name, "impersonate-uid")) identity.uid = value;
    if (boost::istarts_with(name, kExtra)) identity.extra[extra_key(name)].push_back(value);
  }
  return wish;
}

// Each attribute is a right of its own.
Status check_attributes(const Authorizers& authorizers, const Identity& who,
                        const Identity& wanted) {
  for (const auto& group : wanted.groups)
    KUBUS_TRY(authorize(authorizers, who, impersonating("groups", group)));
  for (const auto& [key, values] : wanted.extra) {
    for (const auto& value : values) {
      auto info = impersonating_attribute("userextras", value);
      info.subresource = key;
      KUBUS_TRY(authorize(authorizers, who, info));
    }
  }
  if (wanted.uid.empty()) return {};
  return authorize(authorizers, who, impersonating_attribute("uids", wanted.uid));
}

// The groups that a client gets without being asked for them.
void add_own_groups(Identity& identity, const RequestInfo& user) {
  if (identity.groups.empty() && user.resource == "serviceaccounts")
    identity.groups = {"system:serviceaccounts", "system:serviceaccounts:" + user.ns};
  const bool unauthenticated = identity.in_group("system:unauthenticated");
  if (identity.name == "system:anonymous") {
    if (!unauthenticated) identity.groups.emplace_back("system:unauthenticated");
  } else if (!unauthenticated && !identity.in_group("system:authenticated")) {
    identity.groups.emplace_back("system:authenticated");
  }
}

}  // namespace

Result<Identity> impersonate(Authorizers& authorizers, Identity who, const http::Request& request) {
  auto [wanted, any] = read_wish(request);
  if (!any) return who;
  if (wanted.name.empty())
    return errors::bad_request("requested impersonation without impersonating a user");
  const auto user = impersonating_user(wanted.name);
  KUBUS_TRY(authorize(authorizers, who, user));
  KUBUS_TRY(check_attributes(authorizers, who, wanted));
  add_own_groups(wanted, user);
  return std::move(wanted);
}

}  // namespace kubus::apiserver
