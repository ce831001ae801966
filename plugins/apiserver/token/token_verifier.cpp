#include "token/token_verifier.h"

#include <openssl/sha.h>

#include <algorithm>

namespace kubus::apiserver {

TokenVerifier::TokenVerifier(std::vector<pki::VerifyingKey> keys, std::vector<std::string> issuers,
                             std::size_t capacity)
    : keys_(std::move(keys)), issuers_(std::move(issuers)), capacity_(capacity) {}

bool TokenVerifier::is_ours(std::string_view issuer) const {
  return issuer == kLegacyIssuer ||
         std::find(issuers_.begin(), issuers_.end(), issuer) != issuers_.end();
}

Result<std::shared_ptr<const Claims>> TokenVerifier::verify(std::string_view text) {
  const std::shared_ptr<const Claims> not_ours;
  if (text.size() > pki::kMaxToken) return not_ours;
  Digest digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  if (auto claims = known(digest)) return claims;
  const auto token = pki::Token::parse(text);
  if (!token.ok() || (token->algorithm != "ES256" && token->algorithm != "RS256")) return not_ours;
  auto claims = Claims::parse(token->claims);
  if (!claims.ok() || !is_ours(claims->issuer)) return not_ours;
  if (!pki::verify(*token, keys_))
    return Status(Code::kUnauthorized, "invalid signature, no keys found");
  auto shared = std::make_shared<const Claims>(std::move(*claims));
  remember(digest, shared);
  return shared;
}

std::shared_ptr<const Claims> TokenVerifier::known(const Digest& digest) {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(digest);
  if (found == known_.end()) return nullptr;
  used_.splice(used_.begin(), used_, found->second.at);
  return found->second.claims;
}

void TokenVerifier::remember(const Digest& digest, std::shared_ptr<const Claims> claims) {
  const std::lock_guard lock(mutex_);
  if (known_.contains(digest)) return;
  used_.push_front(digest);
  known_.emplace(digest, Known{std::move(claims), used_.begin()});
  if (known_.size() <= capacity_) return;
  known_.erase(used_.back());
  used_.pop_back();
}

}  // namespace kubus::apiserver
