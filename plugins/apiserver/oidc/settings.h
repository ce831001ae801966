// What the configuration says of the issuer of OpenID Connect whose tokens are believed.
//
// Thread safety: a value.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kubus/config.h"
#include "kubus/status.h"

namespace kubus::apiserver::oidc {

struct Settings {
  std::string issuer;
  std::string client_id;
  std::string ca_file;  // empty: the CAs of this machine
  std::string username_claim;
  std::string username_prefix;
  std::string groups_claim;  // empty: tokens name no groups
  std::string groups_prefix;
  std::vector<std::pair<std::string, std::string>> required_claims;
  std::vector<std::string> algorithms;

  // Nothing where no issuer is configured. kBadRequest that names the key for a value that makes no
  // sense; `own_issuers`: who issues tokens of service accounts, and so cannot be this one.
  static Result<std::optional<Settings>> from(const Config& config,
                                              const std::vector<std::string>& own_issuers);
};

}  // namespace kubus::apiserver::oidc
