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

// Bad credentials are not the same as none; why they are bad is nobody's business.
Result<Identity> not_known(const Authenticators& authenticators, const http::Request& request,
                           bool refused) {
  if (refused || !authenticators.anonymous->get()->may_come(request.path()))
    return Status(Code::kUnauthorized, "Unauthorized");
  return Identity::anonymous();
}

struct Search {
  const Authenticators& authenticators;
  const http::Request& request;
  const http::AskerPtr asker;
  UniqueFunction<void(Result<Identity>)> done;
  bool refused = false;
  std::size_t next = 0;
};

void search_on(std::shared_ptr<Search> walk) {
  auto& asked = *walk;
  if (asked.next == asked.authenticators.all.size())
    return asked.done(not_known(asked.authenticators, asked.request, asked.refused));
  auto& one = *asked.authenticators.all[asked.next++];
  one.authenticate_later(
      asked.request, asked.asker,
      [walk = std::move(walk)](Result<std::optional<Identity>> identity) mutable {
        if (identity.ok() && *identity) return walk->done(std::move(**identity));
        walk->refused = walk->refused || !identity.ok();
        search_on(std::move(walk));
      });
}

}  // namespace

std::unique_ptr<Authenticator> make_certificate_authenticator() {
  return std::make_unique<CertificateAuthenticator>();
}

std::optional<Result<Identity>> authenticate(const Authenticators& authenticators,
                                             const http::Request& request) {
  bool refused = false;
  for (const auto& authenticator : authenticators.all) {
    auto identity = authenticator->authenticate(request);
    refused = refused || !identity.ok();
    if (identity.ok() && *identity) return std::move(**identity);
    if (authenticator->asks_others(request)) return std::nullopt;
  }
  return not_known(authenticators, request, refused);
}

void authenticate_later(const Authenticators& authenticators, const http::Request& request,
                        http::AskerPtr asker, UniqueFunction<void(Result<Identity>)> done) {
  search_on(std::shared_ptr<Search>(
      new Search{authenticators, request, std::move(asker), std::move(done)}));
}

}  // namespace kubus::apiserver
