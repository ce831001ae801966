// AuthorizationConfiguration of apiserver.config.k8s.io: which authorizers there are, in which
// order they are asked, and how webhooks among them are.
//
// Thread safety: free functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/webhook_authorizer.h"
#include "kubus/status.h"

namespace kubus::apiserver {

struct AuthorizerSettings {
  std::string type;  // AlwaysAllow, AlwaysDeny, Node, RBAC or Webhook
  std::string name;
  WebhookAuthorizerOptions webhook;
};

// The authorizers that a text in YAML or JSON describes. kInvalid with all that is wrong, in the
// words of the reference. `needed`: types that must be there.
Result<std::vector<AuthorizerSettings>> read_authorization_config(
    std::string_view text, const std::vector<std::string>& needed = {});

}  // namespace kubus::apiserver
