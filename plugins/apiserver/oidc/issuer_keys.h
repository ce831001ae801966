// The keys of an issuer of OpenID Connect, fetched from where its discovery document says.
//
// Thread safety: all members from any thread. None of them blocks.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "kubus/context.h"
#include "kubus/function.h"
#include "kubus/pki/jwt.h"
#include "kubus/status.h"

namespace kubus::apiserver::oidc {

class IssuerKeys {
 public:
  using Keys = std::shared_ptr<const std::vector<pki::VerifyingKey>>;

  // Begins to fetch, and tries until it works. `discovery_url`: of the discovery document; empty:
  // below the issuer, as the standard has it. With an empty `ca_pem` the issuer's certificate must
  // be of a CA that this machine trusts. kInvalid for CAs that cannot be used. `context` outlives
  // it.
  static Result<std::unique_ptr<IssuerKeys>> start(Context& context, const std::string& issuer,
                                                   const std::string& discovery_url,
                                                   std::string ca_pem);
  ~IssuerKeys();

  // Null until they have been fetched for the first time.
  Keys keys() const;
  // There is a token by a key that is not among them: fetches them again, a moment after the last
  // time at the earliest. `done` gets how that went, on the loop. They have been fetched before.
  using Done = UniqueFunction<void(const Status&)>;
  void refresh(Done done);
  // Once they have been fetched for the first time; on the loop, or before this returns.
  void when_fetched(Done done);
  // Whoever waits is told kUnavailable.
  void close();

 private:
  struct State;
  explicit IssuerKeys(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

}  // namespace kubus::apiserver::oidc
