// Authentication by a bearer token: several kinds of tokens, asked in turn.
//
// Thread safety: authenticate() from any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/authenticator.h"
#include "auth/identity.h"
#include "kubus/status.h"

namespace kubus::apiserver {

using Audiences = std::vector<std::string>;

struct TokenHolder {
  Identity identity;    // without the group of all who are known
  Audiences audiences;  // those asked for that the token is meant for
};

class TokenAuthenticator {
 public:
  virtual ~TokenAuthenticator() = default;
  // Nothing: not one of this kind. kUnauthorized, with what is wrong: one of this kind that is not
  // valid, or not meant for any of `audiences`.
  virtual Result<std::optional<TokenHolder>> authenticate(std::string_view token,
                                                          const Audiences& audiences) = 0;
};

class TokenAuthenticators {
 public:
  // `own`: the audiences of this server.
  explicit TokenAuthenticators(Audiences own) : own_(std::move(own)) {}
  void add(std::unique_ptr<TokenAuthenticator> authenticator) {
    all_.push_back(std::move(authenticator));
  }
  const Audiences& own_audiences() const { return own_; }

  // Of the first kind that knows the token; the holder is in system:authenticated. kUnauthorized
  // with all that was found wrong with it.
  Result<TokenHolder> authenticate(std::string_view token, const Audiences& audiences) const;

 private:
  Audiences own_;
  std::vector<std::unique_ptr<TokenAuthenticator>> all_;
};

// Requests with "Authorization: Bearer TOKEN", for this server's own audiences. `tokens` outlives
// it.
std::unique_ptr<Authenticator> make_bearer_authenticator(const TokenAuthenticators& tokens);

Audiences intersection(const Audiences& a, const Audiences& b);

}  // namespace kubus::apiserver
