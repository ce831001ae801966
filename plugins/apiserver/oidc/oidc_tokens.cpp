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

// A token that is the issuer's by its own words.
struct Shown {
  std::string text;
  pki::Token token;  // refers to the text
  boost::json::value claims;
};

class OidcTokens final : public Issuer {
 public:
  OidcTokens(std::unique_ptr<IssuerKeys> keys, Settings settings, Audiences own)
      : keys_(std::move(keys)), settings_(std::move(settings)), own_(std::move(own)) {}

  // Keys are fetched whether somebody waits for them or not.
  void authenticate(const std::string& text, const Audiences& audiences,
                    const http::AskerPtr& /*asker*/, Done done) override {
    auto shown = read(text);
    if (!shown || intersection(own_, audiences).empty())
      return done(std::optional<TokenHolder>());
    if (const auto status = check(*shown); !status.ok()) return done(status);
    if (pki::verify(shown->token, *keys_->keys())) return done(holder_of(*shown, audiences));
    keys_->refresh([this, shown = std::move(shown), audiences,
                    done = std::move(done)](const Status& fetched) mutable {
      if (!fetched.ok())
        return done(not_verified("failed to verify signature: fetching keys " +
                                 std::string(fetched.message())));
      if (pki::verify(shown->token, *keys_->keys())) return done(holder_of(*shown, audiences));
      done(not_verified("failed to verify signature: failed to verify id token signature"));
    });
  }
  void when_ready(UniqueFunction<void()> then) override {
    keys_->when_fetched([then = std::move(then)](const Status& fetched) mutable {
      if (fetched.ok()) then();
    });
  }
  void close() override { keys_->close(); }

 private:
  // Null for a token of somebody else.
  std::unique_ptr<Shown> read(const std::string& text) const {
    auto shown = std::make_unique<Shown>();
    shown->text = text;
    auto token = pki::Token::parse(shown->text);
    if (!token.ok()) return nullptr;
    shown->token = std::move(*token);
    DecodeOptions options;
    options.max_depth = 16;
    options.strict = true;
    if (!parse_json(shown->token.claims, shown->claims, options).ok() ||
        !shown->claims.is_object())
      return nullptr;
    const auto* issuer = shown->claims.get_object().if_contains("iss");
    if (!issuer || !issuer->is_string() || issuer->get_string() != settings_.issuer)
      return nullptr;
    return shown;
  }

  // What can be said before its signature is looked at: keys are fetched for good tokens only.
  Status check(const Shown& shown) const {
    if (!keys_->keys()) return Status(Code::kUnauthorized, "oidc: authenticator not initialized");
    KUBUS_TRY(check_times(shown.claims.get_object(), std::chrono::system_clock::now()));
    const auto& allowed = settings_.algorithms;
    const auto& algorithm = shown.token.algorithm;
    if (std::find(allowed.begin(), allowed.end(), algorithm) == allowed.end())
      return not_verified("oidc: id token signed with unsupported algorithm, expected " +
                          list_of_algorithms(allowed) + " got \"" + algorithm + "\"");
    return {};
  }

  Result<std::optional<TokenHolder>> holder_of(const Shown& shown,
                                               const Audiences& audiences) const {
    auto identity = identity_of(shown.claims, settings_);
    if (!identity.ok()) return identity.status();
    return std::optional<TokenHolder>(
        TokenHolder{std::move(*identity), intersection(own_, audiences)});
  }

  const std::unique_ptr<IssuerKeys> keys_;
  const Settings settings_;
  const Audiences own_;
};

}  // namespace

Result<std::shared_ptr<Issuer>> make_issuer(Context& context, Settings settings, Audiences own) {
  auto ca = settings.ca_pem;
  if (!settings.ca_file.empty()) {
    auto text = pki::read_file(settings.ca_file);
    if (!text.ok()) return text.status().annotate("oidc_ca_file");
    // An empty file is not the same as none.
    ca = text->empty() ? "\n" : std::move(*text);
  }
  auto keys = IssuerKeys::start(context, settings.issuer, settings.discovery_url, std::move(ca));
  if (!keys.ok())
    return keys.status().annotate(settings.ca_pem.empty() ? "oidc_ca_file" : settings.issuer);
  std::shared_ptr<Issuer> made =
      std::make_shared<OidcTokens>(std::move(*keys), std::move(settings), std::move(own));
  return made;
}

}  // namespace kubus::apiserver::oidc
