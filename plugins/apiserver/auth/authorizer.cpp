#include "auth/authorizer.h"

#include <array>

#include "respond/api_errors.h"

namespace kubus::apiserver {
namespace {

class MastersAuthorizer final : public Authorizer {
 public:
  bool allows(const Identity& identity, const RequestInfo&) override {
    return identity.in_group("system:masters");
  }
};

// Reviews of the client's own identity and rights.
bool is_self_review(const RequestInfo& info) {
  return info.is_resource && info.verb == "create" && info.resource.starts_with("selfsubject") &&
         (info.group == "authorization.k8s.io" || info.group == "authentication.k8s.io");
}

class EverybodyAuthorizer final : public Authorizer {
 public:
  bool allows(const Identity& identity, const RequestInfo& info) override {
    if (is_self_review(info)) return identity.in_group("system:authenticated");
    static constexpr std::array<std::string_view, 4> kPublic = {"/healthz", "/livez", "/readyz",
                                                                "/version"};
    if (info.is_resource || info.verb != "get") return false;
    for (const auto path : kPublic) {
      if (info.path == path || info.path == std::string(path) + "/") return true;
      if (path != "/version" && info.path.starts_with(std::string(path) + "/")) return true;
    }
    return false;
  }
};

}  // namespace

std::unique_ptr<Authorizer> make_masters_authorizer() {
  return std::make_unique<MastersAuthorizer>();
}

std::unique_ptr<Authorizer> make_everybody_authorizer() {
  return std::make_unique<EverybodyAuthorizer>();
}

Status authorize(const Authorizers& authorizers, const Identity& identity,
                 const RequestInfo& info) {
  for (const auto& authorizer : authorizers)
    if (authorizer->allows(identity, info)) return {};
  return errors::forbidden(identity.name, info);
}

}  // namespace kubus::apiserver
