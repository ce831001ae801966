#include "server/issuer_keeper.h"

#include <utility>

#include "oidc/authentication_config.h"

namespace kubus::apiserver {

IssuerKeeper::IssuerKeeper(Context& context, const Options& options, TokenService& tokens)
    : context_(context),
      options_(options),
      tokens_(tokens),
      anonymous_(std::make_shared<Replaceable<Anonymous>>(
          std::make_shared<const Anonymous>(Anonymous{options.anonymous_auth, {}}))),
      file_(
          context, "authentication_config", options.authentication_config,
          [this](const std::string& text) { return use(text); }, [this] { return sweep(); }) {}

Result<RemoteTokens> IssuerKeeper::open(const Audiences& own) {
  own_ = own;
  if (!options_.token_webhook.config_file.empty()) {
    auto webhook = make_webhook_tokens(context_, options_.token_webhook, own);
    if (!webhook.ok()) return webhook.status();
    webhook_ = std::move(*webhook);
  }
  if (options_.oidc) KUBUS_TRY(make({*options_.oidc}, first_));
  KUBUS_TRY(file_.open());
  opened_ = true;
  return with_webhook(std::exchange(first_, {}));
}

void IssuerKeeper::stop() {
  file_.stop();
  next_.close();
}

Status IssuerKeeper::use(const std::string& text) {
  const auto config = oidc::read_authentication_config(text, options_.tokens.issuers,
                                                       oidc::supported_algorithms());
  if (!config.ok()) return config.status();
  if (config->anonymous && !options_.anonymous_auth)
    return Status(Code::kInvalid, "anonymous: anonymous_auth is set as well");
  Issuers next;
  KUBUS_TRY(make(config->issuers, next));
  // At once: who is not to come any more does not wait for an issuer that is down.
  anonymous_->replace(std::make_shared<const Anonymous>(
      config->anonymous.value_or(Anonymous{options_.anonymous_auth, {}})));
  if (!opened_) {
    first_ = std::move(next);
    return {};
  }
  // Until then those of before are asked: nobody is locked out by an issuer that is down.
  next_.begin(std::move(next), [this](const Issuers& ready) {
    tokens_.replace_remote(with_webhook(ready));
    context_.log().info("issuers of tokens replaced", {{"issuers", ready.size()}});
  });
  return {};
}

bool IssuerKeeper::sweep() {
  const bool tokens_left = tokens_.sweep();
  return anonymous_->sweep() || tokens_left;
}

Status IssuerKeeper::make(const std::vector<oidc::Settings>& settings, Issuers& out) const {
  for (const auto& one : settings) {
    auto issuer = oidc::make_issuer(context_, one, own_);
    if (!issuer.ok()) return issuer.status();
    out.push_back(std::move(*issuer));
  }
  return {};
}

RemoteTokens IssuerKeeper::with_webhook(const Issuers& issuers) const {
  RemoteTokens all(issuers.begin(), issuers.end());
  if (webhook_) all.push_back(webhook_);
  return all;
}

}  // namespace kubus::apiserver
