#include "oidc/authentication_config.h"

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/join.hpp>
#include <set>

#include "oidc/check_issuer.h"
#include "oidc/expressions.h"
#include "validation/checks.h"

namespace kubus::apiserver::oidc {
namespace {

constexpr std::size_t kMostIssuers = 64;
constexpr const char* kMailUnverified =
    "claims.email_verified must be used in claimMappings.username.expression or "
    "claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when "
    "claims.email is used in claimMappings.username.expression";

// Makes the settings of one issuer of what is written, and collects what is wrong with it.
class Builder {
 public:
  Builder(const written::Authenticator& from, const Path& path, ErrorList& errors)
      : from_(from), path_(path), errors_(errors) {}

  Settings build() {
    out_.issuer = from_.issuer.url;
    out_.discovery_url = from_.issuer.discovery_url;
    out_.audiences = from_.issuer.audiences;
    out_.ca_pem = from_.issuer.certificate_authority;
    add_claim_rules(path_.child("claimValidationRules"));
    add_mappings(path_.child("claimMappings"));
    add_user_rules(path_.child("userValidationRules"));
    return std::move(out_);
  }

 private:
  void add_claim_rules(const Path& path) {
    std::set<std::string> claims, expressions;
    for (std::size_t i = 0; i < from_.claim_rules.size(); ++i) {
      const auto& rule = from_.claim_rules[i];
      const auto at = path.index(i);
      if (!rule.claim.empty() && !rule.expression.empty())
        errors_.invalid(at, rule.claim, "claim and expression can't both be set");
      else if (rule.claim.empty() && rule.expression.empty())
        errors_.required(at, "claim or expression is required");
      else if (!rule.claim.empty())
        add_required_claim(rule, claims, at);
      else
        add_claim_expression(rule, expressions, at);
    }
  }

  void add_required_claim(const written::Rule& rule, std::set<std::string>& seen,
                          const Path& at) {
    if (!rule.message.empty())
      errors_.invalid(at.child("message"), rule.message, "message can't be set when claim is set");
    if (!seen.insert(rule.claim).second) errors_.duplicate(at.child("claim"), rule.claim);
    out_.required_claims.emplace_back(rule.claim, rule.required_value);
  }

  void add_claim_expression(const written::Rule& rule, std::set<std::string>& seen,
                            const Path& at) {
    if (!rule.required_value.empty())
      errors_.invalid(at.child("requiredValue"), rule.required_value,
                      "requiredValue can't be set when expression is set");
    if (!seen.insert(rule.expression).second)
      return errors_.duplicate(at.child("expression"), rule.expression);
    auto compiled = compiled_claims(rule.expression, true, at.child("expression"));
    out_.claim_rules.push_back({std::move(compiled), rule.message});
  }

  void add_mappings(const Path& path) {
    out_.username = prefixed(from_.username, path.child("username"), true);
    mail_taken_ = takes_claim(out_.username.expression, "email");
    out_.groups = prefixed(from_.groups, path.child("groups"), false);
    add_uid(path.child("uid"));
    add_extra(path.child("extra"));
    if (mail_taken_ && !mail_checked_)
      errors_.invalid(path.child("username").child("expression"), from_.username.expression,
                      kMailUnverified);
  }

  Mapping prefixed(const written::Mapping& mapping, const Path& at, bool needed) {
    Mapping out;
    if (!mapping.claim.empty() && !mapping.expression.empty()) {
      errors_.invalid(at, "", "claim and expression can't both be set");
    } else if (!mapping.expression.empty()) {
      if (mapping.prefix)
        errors_.invalid(at.child("prefix"), *mapping.prefix,
                        "prefix can't be set when expression is set");
      out.expression = compiled_claims(mapping.expression, false, at.child("expression"));
    } else if (!mapping.claim.empty()) {
      if (!mapping.prefix)
        errors_.required(at.child("prefix"),
                         "prefix is required when claim is set. It can be set to an empty string "
                         "to disable prefixing");
      out.claim = mapping.claim;
      out.prefix = mapping.prefix.value_or("");
    } else if (needed) {
      errors_.required(at, "claim or expression is required");
    }
    return out;
  }

  void add_uid(const Path& at) {
    if (!from_.uid.claim.empty() && !from_.uid.expression.empty())
      errors_.invalid(at, "", "claim and expression can't both be set");
    else if (!from_.uid.expression.empty())
      out_.uid.expression = compiled_claims(from_.uid.expression, false, at.child("expression"));
    else
      out_.uid.claim = from_.uid.claim;
  }

  void add_extra(const Path& path) {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < from_.extra.size(); ++i) {
      const auto& [key, expression] = from_.extra[i];
      const auto at = path.index(i);
      check_extra_key(key, at.child("key"));
      if (!seen.insert(key).second) {
        errors_.duplicate(at.child("key"), key);
      } else if (expression.empty()) {
        errors_.required(at.child("valueExpression"), "valueExpression is required");
      } else {
        auto compiled = compiled_claims(expression, false, at.child("valueExpression"));
        out_.extra.push_back({key, std::move(compiled)});
      }
    }
  }

  void check_extra_key(const std::string& key, const Path& at) {
    check_domain_path(key, at, errors_);
    if (key != boost::algorithm::to_lower_copy(key))
      errors_.invalid(at, key, "key must be lowercase");
    const auto domain = "." + key.substr(0, key.find('/'));
    if (domain.ends_with(".k8s.io") || domain.ends_with(".kubernetes.io"))
      errors_.invalid(at, key,
                      "k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use");
  }

  void add_user_rules(const Path& path) {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < from_.user_rules.size(); ++i) {
      const auto& rule = from_.user_rules[i];
      const auto at = path.index(i).child("expression");
      if (rule.expression.empty()) {
        errors_.required(at, "expression is required");
      } else if (!seen.insert(rule.expression).second) {
        errors_.duplicate(at, rule.expression);
      } else {
        auto compiled = compile_user_expression(rule.expression, at, errors_);
        out_.user_rules.push_back({std::move(compiled), rule.message});
      }
    }
  }

  Expression compiled_claims(const std::string& text, bool condition, const Path& at) {
    auto out = compile_claims_expression(text, condition, at, errors_);
    mail_checked_ = mail_checked_ || takes_claim(out, "email_verified");
    return out;
  }

  const written::Authenticator& from_;
  const Path path_;
  ErrorList& errors_;
  Settings out_;
  bool mail_taken_ = false, mail_checked_ = false;
};

void check_anonymous(const Anonymous& anonymous, ErrorList& errors) {
  if (anonymous.enabled || anonymous.paths.empty()) return;
  std::vector<std::string> printed;
  for (const auto& path : anonymous.paths)
    printed.push_back("{\"Path\":" + apiserver::quoted(path) + "}");
  errors.invalid_json(Path("anonymous").child("conditions"),
                      "[" + boost::algorithm::join(printed, ",") + "]",
                      "enabled should be set to true when conditions are defined");
}

std::vector<Settings> build_all(const std::vector<written::Authenticator>& written,
                                const std::vector<std::string>& own_issuers, ErrorList& errors) {
  std::vector<Settings> all;
  const Path root("jwt");
  if (written.size() > kMostIssuers) {
    errors.too_many(root, written.size(), kMostIssuers);
    return all;
  }
  std::set<std::string> issuers, urls;
  for (const auto& one : written) {
    const auto path = root.index(all.size());
    check_issuer(one.issuer, own_issuers, path.child("issuer"), errors);
    all.push_back(Builder(one, path, errors).build());
    const auto& issuer = one.issuer;
    if (!issuers.insert(issuer.url).second)
      errors.duplicate(path.child("issuer").child("url"), issuer.url);
    if (!issuer.discovery_url.empty() && !urls.insert(issuer.discovery_url).second)
      errors.duplicate(path.child("issuer").child("discoveryURL"), issuer.discovery_url);
  }
  return all;
}

}  // namespace

Result<AuthenticationConfig> read_authentication_config(
    std::string_view text, const std::vector<std::string>& own_issuers,
    const std::vector<std::string>& algorithms) {
  const auto written = written::read(text);
  if (!written.ok()) return written.status();
  ErrorList errors;
  AuthenticationConfig out;
  out.issuers = build_all(written->jwt, own_issuers, errors);
  for (auto& issuer : out.issuers) issuer.algorithms = algorithms;
  out.anonymous = written->anonymous;
  if (out.anonymous) check_anonymous(*out.anonymous, errors);
  if (!errors.empty()) return Status(Code::kInvalid, join_errors(errors.errors()));
  return out;
}

}  // namespace kubus::apiserver::oidc
