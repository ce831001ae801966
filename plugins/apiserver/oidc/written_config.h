// An AuthenticationConfiguration as it is written; only names and types of fields are checked.
//
// Thread safety: a value; a pure function.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/authenticator.h"
#include "kubus/status.h"

namespace kubus::apiserver::oidc::written {

struct Issuer {
  std::string url, discovery_url, certificate_authority, match_policy, egress;
  std::vector<std::string> audiences;
};

// Of a rule about claims, or about the user.
struct Rule {
  std::string claim, required_value, expression, message;
};

struct Mapping {
  std::string claim, expression;
  std::optional<std::string> prefix;
};

struct Extra {
  std::string key, expression;
};

struct Authenticator {
  Issuer issuer;
  std::vector<Rule> claim_rules, user_rules;
  Mapping username, groups, uid;
  std::vector<Extra> extra;
};

struct Config {
  std::vector<Authenticator> jwt;
  std::optional<Anonymous> anonymous;
};

// kInvalid for what is no such configuration, with the path of the first field that does not fit.
Result<Config> read(std::string_view text);

}  // namespace kubus::apiserver::oidc::written
