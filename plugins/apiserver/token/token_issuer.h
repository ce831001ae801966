// Makes the tokens of service accounts, and tells others how to verify them.
//
// Thread safety: immutable; any member from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kubus/pki/jwt.h"
#include "token/token_authenticator.h"

namespace kubus::apiserver {

struct TokenIssuer {
  std::string issuer;
  Audiences audiences;  // of tokens that are asked for without any
  pki::SigningKey key;
  std::vector<pki::VerifyingKey> verifying;  // among them that of `key`
  // Tokens that pods have mounted live a year, and who uses one for more than an hour is warned of:
  // programs that do not read them again go on working.
  bool extend_expiration = true;
  std::int64_t max_expiration = 0;  // seconds; 0: no limit
  std::string jwks_uri;

  // The documents of OpenID Connect discovery.
  std::string configuration() const;
  std::string key_set() const;
};

}  // namespace kubus::apiserver
