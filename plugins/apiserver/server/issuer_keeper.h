// Keeps those who are asked about tokens of others as the settings say, or the
// AuthenticationConfiguration that they name, also when that changes: issuers of OpenID Connect,
// then the webhook.
//
// Thread safety: open() before start(); start() and stop() on the loop.
#pragma once

#include <memory>
#include <string>

#include "auth/authenticator.h"
#include "oidc/issuer_switch.h"
#include "server/followed_file.h"
#include "server/options.h"
#include "token/token_service.h"

namespace kubus::apiserver {

class IssuerKeeper {
 public:
  // All of them outlive it.
  IssuerKeeper(Context& context, const Options& options, TokenService& tokens);

  // Those of the start, for these audiences. kInvalid that names the setting for one that cannot be
  // used.
  Result<RemoteTokens> open(const Audiences& own);
  // Where clients may come without credentials.
  std::shared_ptr<const Replaceable<Anonymous>> anonymous() const { return anonymous_; }
  void start() { file_.start(); }
  // Nobody new comes any more.
  void stop();

 private:
  using Issuers = oidc::IssuerSwitch::Issuers;
  Status use(const std::string& text);
  bool sweep();
  Status make(const std::vector<oidc::Settings>& settings, Issuers& out) const;
  RemoteTokens with_webhook(const Issuers& issuers) const;

  Context& context_;
  const Options& options_;
  TokenService& tokens_;
  Audiences own_;
  const std::shared_ptr<Replaceable<Anonymous>> anonymous_;
  std::shared_ptr<RemoteTokenAuthenticator> webhook_;  // null: there is none
  bool opened_ = false;
  Issuers first_;  // of the start, until they are used
  oidc::IssuerSwitch next_;
  FollowedFile file_;
};

}  // namespace kubus::apiserver
