// Which tokens of service accounts bear a signature of ours. What was found of a token is kept, so
// that a client that shows the same one again and again costs one signature.
//
// Thread safety: verify() from any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/digest_cache.h"
#include "kubus/pki/jwt.h"
#include "kubus/status.h"
#include "token/claims.h"

namespace kubus::apiserver {

class TokenVerifier {
 public:
  // At most `capacity` tokens are remembered, those used last.
  TokenVerifier(std::vector<pki::VerifyingKey> keys, std::vector<std::string> issuers,
                std::size_t capacity = 2048);

  // The claims of a token that one of the keys signed; nothing about times or objects is checked.
  // Null: not a token of ours. kUnauthorized: it says it is, and no key of ours signed it.
  Result<std::shared_ptr<const Claims>> verify(std::string_view token);

 private:
  using Known = std::shared_ptr<const Claims>;
  bool is_ours(std::string_view issuer) const;

  const std::vector<pki::VerifyingKey> keys_;
  const std::vector<std::string> issuers_;
  DigestCache<Known> known_;
};

}  // namespace kubus::apiserver
