// An issuer of OpenID Connect whose tokens are believed, and what is made of their claims.
//
// Thread safety: values.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cel/program.h"
#include "kubus/config.h"
#include "kubus/status.h"

namespace kubus::apiserver::oidc {

// An expression of the Common Expression Language over the claims, or over the user.
struct Expression {
  std::string text;  // empty: there is none
  cel::Program program;
};

// A claim with what is put before its value, or an expression. Neither: nothing.
struct Mapping {
  std::string claim, prefix;
  Expression expression;
};
struct ExtraMapping {
  std::string key;
  Expression expression;
};
// What must be true of the claims, or of the user.
struct Rule {
  Expression expression;
  std::string message;
};

struct Settings {
  std::string issuer;
  std::string discovery_url;           // empty: where the issuer's name says
  std::vector<std::string> audiences;  // tokens are meant for one of these
  std::string ca_file, ca_pem;         // both empty: the CAs of this machine
  Mapping username, groups, uid;
  std::vector<ExtraMapping> extra;
  std::vector<std::pair<std::string, std::string>> required_claims;
  std::vector<Rule> claim_rules, user_rules;
  std::vector<std::string> algorithms;

  // What the keys oidc_* say; nothing where they name no issuer. kBadRequest that names the key for
  // a value that makes no sense; `own_issuers`: who issues tokens of service accounts, and so
  // cannot be this one.
  static Result<std::optional<Settings>> from(const Config& config,
                                              const std::vector<std::string>& own_issuers);
};

// How tokens may be signed.
const std::vector<std::string>& supported_algorithms();

}  // namespace kubus::apiserver::oidc
