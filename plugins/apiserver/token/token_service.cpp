#include "token/token_service.h"

#include <algorithm>

#include "kubus/pki/files.h"
#include "token/bootstrap_tokens.h"
#include "token/service_account_tokens.h"
#include "token/static_tokens.h"

namespace kubus::apiserver {
namespace {

// Adds those that are not there yet.
void add_keys(std::vector<pki::VerifyingKey>& keys, const std::vector<pki::VerifyingKey>& more) {
  for (const auto& key : more)
    if (std::none_of(keys.begin(), keys.end(),
                     [&](const auto& known) { return known.id() == key.id(); }))
      keys.push_back(key);
}

Result<std::vector<pki::VerifyingKey>> read_keys(const pki::SigningKey& own,
                                                 const std::vector<std::string>& files) {
  std::vector<pki::VerifyingKey> keys = {own.public_key()};
  for (const auto& file : files) {
    auto text = pki::read_file(file);
    if (!text.ok()) return text.status().annotate("service_account_key_files");
    auto more = pki::VerifyingKey::parse_all(*text);
    if (!more.ok()) return more.status().annotate("service_account_key_files: " + file);
    add_keys(keys, *more);
  }
  return keys;
}

Result<std::unique_ptr<TokenAuthenticator>> read_static_tokens(const std::string& file,
                                                               const Audiences& own) {
  auto text = pki::read_file(file);
  if (!text.ok()) return text.status().annotate("token_auth_file");
  auto tokens = make_static_tokens(*text, own);
  if (!tokens.ok()) return tokens.status().annotate("token_auth_file: " + file);
  return tokens;
}

}  // namespace

Status not_ready() {
  return Status(Code::kServiceUnavailable,
                "the server is currently unable to handle the request: it is reading its keys");
}

Status TokenService::load(const TokenOptions& options, const std::string& signing_key,
                          ClusterCache& cache, MakeRemote remote) {
  auto key = pki::SigningKey::parse(signing_key);
  if (!key.ok()) return key.status().annotate("the key of service account tokens");
  auto keys = read_keys(*key, options.key_files);
  if (!keys.ok()) return keys.status();
  const auto& own = options.audiences.empty() ? options.issuers : options.audiences;
  auto tokens = std::make_unique<TokenAuthenticators>(own);
  if (!options.static_tokens_file.empty()) {
    auto fixed = read_static_tokens(options.static_tokens_file, own);
    if (!fixed.ok()) return fixed.status();
    tokens->add(std::move(*fixed));
  }
  tokens->add(make_service_account_tokens(std::make_shared<TokenVerifier>(*keys, options.issuers),
                                          cache, own, legacy_used_));
  if (options.bootstrap_tokens) tokens->add(make_bootstrap_tokens(cache, own));
  auto others = remote(own);
  if (!others.ok()) return others.status();
  tokens->replace_remote(std::move(*others));
  tokens->resume_by(resume_);
  issuer_ = std::make_unique<TokenIssuer>(TokenIssuer{options.issuers.front(), own, std::move(*key),
                                                      std::move(*keys), options.extend_expiration,
                                                      options.max_expiration, options.jwks_uri});
  authenticators_ = std::move(tokens);
  issuer_now_.store(issuer_.get(), std::memory_order_release);
  authenticators_now_.store(authenticators_.get(), std::memory_order_release);
  return {};
}

}  // namespace kubus::apiserver
