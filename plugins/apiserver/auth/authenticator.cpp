#include "auth/authenticator.h"

namespace kubus::apiserver {
namespace {

class CertificateAuthenticator final : public Authenticator {
 public:
  Result<std::optional<Identity>> authenticate(const http::Request& request) override {
    if (request.peer.rejected) return Status(Code::kUnauthorized, "Unauthorized");
    if (request.peer.common_name.empty()) return std::optional<Identity>();
    Identity identity{request.peer.common_name, request.peer.organizations, {}};
    identity.groups.emplace_back("system:authenticated");
    return std::optional<Identity>(std::move(identity));
  }
};

}  // namespace

std::unique_ptr<Authenticator> make_certificate_authenticator() {
  return std::make_unique<CertificateAuthenticator>();
}

Result<Identity> authenticate(const Authenticators& authenticators, const http::Request& request) {
  bool refused = false;
  for (const auto& authenticator : authenticators) {
    auto identity = authenticator->authenticate(request);
    refused = refused || !identity.ok();
    if (identity.ok() && *identity) return std::move(**identity);
  }
  // Bad credentials are not the same as none; why they are bad is nobody's business.
  if (refused) return Status(Code::kUnauthorized, "Unauthorized");
  return Identity::anonymous();
}

}  // namespace kubus::apiserver
