#include "token/token_verifier.h"

#include <algorithm>
#include <array>

#include "metrics/token_cache_series.h"

namespace kubus::apiserver {
namespace {

// How keys of service accounts sign; RSA keys could do it in other ways as well.
constexpr std::array<std::string_view, 4> kAlgorithms = {"RS256", "ES256", "ES384", "ES512"};

bool is_signed_as_ours(const pki::Token& token) {
  return std::find(kAlgorithms.begin(), kAlgorithms.end(), token.algorithm) != kAlgorithms.end();
}

}  // namespace

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
  const auto begun = std::chrono::steady_clock::now();
  const auto digest = DigestCache<Known>::digest_of(text);
  if (auto claims = known_.find(digest, {})) {
    count_token_lookup(true, begun);
    return *claims;
  }
  const auto token = pki::Token::parse(text);
  if (!token.ok() || !is_signed_as_ours(*token)) return not_ours;
  auto claims = Claims::parse(token->claims);
  if (!claims.ok() || !is_ours(claims->issuer)) return not_ours;
  const bool good = pki::verify(*token, keys_);
  count_token_fetch(good);
  count_token_lookup(false, begun);
  if (!good) return Status(Code::kUnauthorized, "invalid signature, no keys found");
  auto shared = std::make_shared<const Claims>(std::move(*claims));
  known_.put(digest, shared, DigestCache<Known>::Time::max());
  return shared;
}

}  // namespace kubus::apiserver
