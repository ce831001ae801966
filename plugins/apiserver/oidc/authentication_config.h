// AuthenticationConfiguration of apiserver.config.k8s.io: issuers whose tokens are believed, and
// who may come without credentials.
//
// Thread safety: free functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/authenticator.h"
#include "kubus/status.h"
#include "oidc/settings.h"

namespace kubus::apiserver::oidc {

struct AuthenticationConfig {
  std::vector<Settings> issuers;
  std::optional<Anonymous> anonymous;  // nothing: what is said elsewhere counts
};

// What a text in YAML or JSON says. kInvalid with all that is wrong, in the words of the reference.
// `own_issuers`: who issues tokens of service accounts; `algorithms`: how tokens may be signed.
Result<AuthenticationConfig> read_authentication_config(
    std::string_view text, const std::vector<std::string>& own_issuers,
    const std::vector<std::string>& algorithms);

}  // namespace kubus::apiserver::oidc
