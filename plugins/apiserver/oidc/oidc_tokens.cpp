#include "oidc/oidc_tokens.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "kubus/api/json_value.h"
#include "kubus/pki/files.h"
#include "kubus/pki/jwt.h"
#include "oidc/identity_claims.h"
#include "oidc/issuer_keys.h"

namespace kubus::apiserver::oidc {
namespace {

Status not_verified(std::string why) {
  return Status(Code::kUnauthorized, "oidc: verify token: " + std::move(why));
}

std::string list_of_algorithms(const std::vector<std::string>& names) {
  std::string text = "[";
  for (const auto& one : names) text += (text.size() > 1 ? " \"" : "\"") + one + "\"";
  return text + "]";
}

class OidcTokens final : public TokenAuthenticator {
 public:
  OidcTokens(std::unique_ptr<IssuerKeys> keys, Settings settings, Audiences own)
      : keys_(std::move(keys)), settings_(std::move(settings)), own_(std::move(own)) {}

  Result<std::optional<TokenHolder>> authenticate(std::string_view text,
                                                  const Audiences& audiences) override {
    const std::optional<TokenHolder> not_ours;
    const auto token = pki::Token::parse(text);
    if (!token.ok()) return not_ours;
    boost::json::value claims;
    if (!is_of_issuer(token->claims, claims)) return not_ours;
    KUBUS_TRY(check_signature(*token));
    auto identity = identity_of(claims.get_object(), settings_, std::chrono::system_clock::now());
    if (!identity.ok()) return identity.status();
    TokenHolder holder;
    holder.identity = std::move(*identity);
    holder.audiences = intersection(own_, audiences);
    if (holder.audiences.empty()) return not_ours;
    return std::optional<TokenHolder>(std::move(holder));
  }

 private:
  bool is_of_issuer(const std::string& text, boost::json::value& claims) const {
    DecodeOptions options;
    options.max_depth = 16;
    options.strict = true;
    if (!parse_json(text, claims, options).ok() || !claims.is_object()) return false;
    const auto* issuer = claims.get_object().if_contains("iss");
    return issuer && issuer->is_string() && issuer->get_string() == settings_.issuer;
  }

  Status check_signature(const pki::Token& token) const {
    const auto keys = keys_->keys();
    if (!keys) return Status(Code::kUnauthorized, "oidc: authenticator not initialized");
    const auto& allowed = settings_.algorithms;
    if (std::find(allowed.begin(), allowed.end(), token.algorithm) == allowed.end())
      return not_verified("oidc: id token signed with unsupported algorithm, expected " +
                          list_of_algorithms(allowed) + " got \"" + token.algorithm + "\"");
    if (pki::verify(token, *keys)) return {};
    keys_->refresh();
    return not_verified("failed to verify signature: failed to verify id token signature");
  }

  const std::unique_ptr<IssuerKeys> keys_;
  const Settings settings_;
  const Audiences own_;
};

}  // namespace

Result<std::unique_ptr<TokenAuthenticator>> make_oidc_tokens(Context& context, Settings settings,
                                                             Audiences own) {
  std::string ca;
  if (!settings.ca_file.empty()) {
    auto text = pki::read_file(settings.ca_file);
    if (!text.ok()) return text.status().annotate("oidc_ca_file");
    // An empty file is not the same as none.
    ca = text->empty() ? "\n" : std::move(*text);
  }
  auto keys = IssuerKeys::start(context, settings.issuer, std::move(ca));
  if (!keys.ok()) return keys.status().annotate("oidc_ca_file");
  return std::unique_ptr<TokenAuthenticator>(
      std::make_unique<OidcTokens>(std::move(*keys), std::move(settings), std::move(own)));
}

}  // namespace kubus::apiserver::oidc
