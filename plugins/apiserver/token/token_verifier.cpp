#include "token/token_verifier.h"

#include <algorithm>

namespace kubus::apiserver {

TokenVerifier::TokenVerifier(std::vector<pki::VerifyingKey> keys, std::vector<std::string> issuers,
                             std::size_t capacity)
    : keys_(std::move(keys)), issuers_(std::move(issuers)), known_(capacity) {}

bool TokenVerifier::is_ours(std::string_view issuer) const {
  return issuer == kLegacyIssuer ||
         std::find(issuers_.begin(), issuers_.end(), issuer) != issuers_.end();
}

Result<std::shared_ptr<const Claims>> TokenVerifier::verify(std::string_view text) {
  const std::shared_ptr<const Claims> not_ours;
  if (text.size() > pki::kMaxToken) return not_ours;
  const auto digest = DigestCache<Known>::digest_of(text);
  if (auto claims = known_.find(digest, {})) return *claims;
  const auto token = pki::Token::parse(text);
  if (!token.ok() || (token->algorithm != "ES256" && token->algorithm != "RS256")) return not_ours;
  auto claims = Claims::parse(token->claims);
  if (!claims.ok() || !is_ours(claims->issuer)) return not_ours;
  if (!pki::verify(*token, keys_))
    return Status(Code::kUnauthorized, "invalid signature, no keys found");
  auto shared = std::make_shared<const Claims>(std::move(*claims));
  known_.put(digest, shared, DigestCache<Known>::Time::max());
  return shared;
}

}  // namespace kubus::apiserver
