// Keeps the authorizers as the settings say, or the AuthorizationConfiguration that they name, also
// when that changes.
//
// Thread safety: open() before start(); start() and stop() on the loop.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "auth/authorization_config.h"
#include "server/followed_file.h"
#include "server/options.h"

namespace kubus::apiserver {

class AuthorizerKeeper {
 public:
  struct Local {
    std::shared_ptr<Authorizer> plugins, node, rbac;
  };
  // All of them outlive it.
  AuthorizerKeeper(Context& context, const Options& options, Authorizers& authorizers,
                   Local local);

  // kInvalid that names the setting for one that cannot be used.
  Status open();
  void start() { file_.start(); }
  void stop() { file_.stop(); }

 private:
  Status use(const std::string& text);
  Result<AuthorizerChain> chain_of(const std::vector<AuthorizerSettings>& settings) const;

  Context& context_;
  const Options& options_;
  Authorizers& authorizers_;
  const Local local_;
  // Types but webhooks: those of the start stay, in whatever order.
  std::vector<std::string> needed_;
  FollowedFile file_;
};

}  // namespace kubus::apiserver
