#include "auth/impersonation.h"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <memory>
#include <utility>
#include <vector>

#include "respond/api_errors.h"
#include "validation/names.h"

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

// A name that only looks like that of a service account is a user's.
RequestInfo impersonating_user(const std::string& user) {
  const auto colon = user.find(':', kServiceAccount.size());
  if (!user.starts_with(kServiceAccount) || colon == std::string::npos)
    return impersonating("users", user);
  auto ns = user.substr(kServiceAccount.size(), colon - kServiceAccount.size());
  auto name = user.substr(colon + 1);
  if (!check_dns1123_label(ns).empty() || !check_dns1123_subdomain(name).empty())
    return impersonating("users", user);
  auto info = impersonating("serviceaccounts", std::move(name));
  info.ns = std::move(ns);
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

// Who the header fields ask to be; of what there is one of, the first field counts.
Identity read_wish(const http::Request& request) {
  Identity identity;
  identity.name = request.headers.get("Impersonate-User");
  identity.uid = request.headers.get("Impersonate-Uid");
  for (const auto& [name, value] : request.headers.fields()) {
    if (boost::iequals(name, "impersonate-group")) identity.groups.push_back(value);
    if (boost::istarts_with(name, kExtra)) identity.extra[extra_key(name)].push_back(value);
  }
  return identity;
}

// Each attribute is a right of its own.
std::vector<RequestInfo> rights_to(const RequestInfo& user, const Identity& wanted) {
  std::vector<RequestInfo> rights = {user};
  for (const auto& group : wanted.groups) rights.push_back(impersonating("groups", group));
  for (const auto& [key, values] : wanted.extra) {
    for (const auto& value : values) {
      rights.push_back(impersonating_attribute("userextras", value));
      rights.back().subresource = key;
    }
  }
  if (!wanted.uid.empty()) rights.push_back(impersonating_attribute("uids", wanted.uid));
  return rights;
}

// All but the name, as Go prints references to objects.
std::string attributes_of(const Identity& wanted) {
  constexpr auto kVersion = "  authentication.k8s.io/v1  ";
  std::string list;
  const auto add = [&](const std::string& one) {
    list += (list.empty() ? "{" : " {") + one + "}";
  };
  for (const auto& group : wanted.groups) add("Group  " + group + "    ");
  for (const auto& [key, values] : wanted.extra)
    for (const auto& value : values) add("UserExtra  " + value + kVersion + key);
  if (!wanted.uid.empty()) add("UID  " + wanted.uid + kVersion);
  return list;
}

// All rights are needed, and asked about one after the other.
struct Impersonation {
  const Authorizers& authorizers;
  const Identity who;
  Identity wanted;
  const std::vector<RequestInfo> rights;
  const http::AskerPtr asker;
  UniqueFunction<void(Result<Identity>)> done;
  std::size_t next = 0;
};

void check_next(const std::shared_ptr<Impersonation>& work) {
  if (work->next == work->rights.size()) return work->done(std::move(work->wanted));
  const auto& right = work->rights[work->next++];
  decide_with_remote(work->authorizers, work->who, right, work->asker,
                     [work, &right](const Decision& decision) {
                       if (decision.verdict == Verdict::kAllow) return check_next(work);
                       work->done(errors::forbidden(work->who.name, right, decision.reason));
                     });
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

bool wants_to_impersonate(const http::Request& request) {
  for (const auto& [name, value] : request.headers.fields())
    if (boost::istarts_with(name, "impersonate-")) return true;
  return false;
}

void impersonate(const Authorizers& authorizers, Identity who, const http::Request& request,
                 http::AskerPtr asker, UniqueFunction<void(Result<Identity>)> done) {
  auto wanted = read_wish(request);
  if (wanted.name.empty()) {
    const auto others = attributes_of(wanted);
    if (others.empty()) return done(std::move(who));
    return done(errors::bad_request("requested [" + others + "] without impersonating a user"));
  }
  const auto user = impersonating_user(wanted.name);
  auto rights = rights_to(user, wanted);
  add_own_groups(wanted, user);
  check_next(std::shared_ptr<Impersonation>(
      new Impersonation{authorizers, std::move(who), std::move(wanted), std::move(rights),
                        std::move(asker), std::move(done)}));
}

}  // namespace kubus::apiserver
