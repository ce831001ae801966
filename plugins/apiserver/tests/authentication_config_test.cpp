// What an AuthenticationConfiguration may say, and what is made of claims by it.
#include "oidc/authentication_config.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "oidc/identity_claims.h"

namespace kubus::apiserver::oidc {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr const char* kIssuer = "issuer: {url: https://i, audiences: [kubus]}";
constexpr const char* kMappings = "claimMappings: {username: {claim: sub, prefix: 'i:'}}";

std::string document(const std::string& rest) {
  return "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\n" + rest;
}
std::string jwt(const std::string& authenticator) {
  return document("jwt: [{" + authenticator + "}]");
}

Result<AuthenticationConfig> read(const std::string& text) {
  return read_authentication_config(text, {"https://own"}, {"ES256"});
}
std::string why(const std::string& text) {
  const auto config = read(text);
  return config.ok() ? "fine" : std::string(config.status().message());
}

// Whom the claims name by these mappings and rules, or why nobody.
std::string whom(const std::string& authenticator, const std::string& claims) {
  const auto config = read(jwt(std::string(kIssuer) + ", " + authenticator));
  if (!config.ok()) return std::string(config.status().message());
  const auto who = identity_of(boost::json::parse(R"({"aud":"kubus",)" + claims + "}"),
                               config->issuers.front());
  if (!who.ok()) return std::string(who.status().message());
  std::string text = who->name + "|" + who->uid + "|";
  for (const auto& group : who->groups) text += group + ",";
  for (const auto& [key, values] : who->extra) {
    text += "|" + key;
    for (const auto& value : values) text += "," + value;
  }
  return text;
}

TEST(AuthenticationConfiguration, MayBeEmptyOrHaveManyIssuers) {
  const auto none = read(document(""));
  ASSERT_TRUE(none.ok()) << none.status().message();
  EXPECT_THAT(none->issuers, IsEmpty());
  EXPECT_FALSE(none->anonymous);
  const auto two = read(document(
      "jwt: [{issuer: {url: https://a, discoveryURL: https://b/keys, audiences: [x, z], "
      "audienceMatchPolicy: MatchAny}, " + std::string(kMappings) + "}, {" + kIssuer + ", " +
      kMappings + "}]\nanonymous: {enabled: true, conditions: [{path: /livez}]}"));
  ASSERT_TRUE(two.ok()) << two.status().message();
  ASSERT_EQ(two->issuers.size(), 2U);
  EXPECT_EQ(two->issuers[0].discovery_url, "https://b/keys");
  EXPECT_THAT(two->issuers[0].audiences, ElementsAre("x", "z"));
  EXPECT_THAT(two->issuers[1].algorithms, ElementsAre("ES256"));
  EXPECT_TRUE(two->anonymous->may_come("/livez"));
  EXPECT_FALSE(two->anonymous->may_come("/livez/ping"));
}

TEST(AuthenticationConfiguration, IssuersAreChecked) {
  const auto issuer = [](const std::string& text) {
    return why(jwt("issuer: {" + text + "}, " + kMappings));
  };
  const std::string at = "jwt[0].issuer.";
  EXPECT_EQ(issuer(""), "[" + at + "url: Required value: URL is required, " + at +
                            "audiences: Required value: at least one " + at +
                            "audiences is required]");
  EXPECT_EQ(issuer("url: http://i, audiences: [a]"),
            at + "url: Invalid value: \"http://i\": URL scheme must be https");
  EXPECT_EQ(issuer("url: 'https://u:p@i?a=b#c', audiences: [a]"),
            "[" + at + "url: Invalid value: \"https://u:p@i?a=b#c\": URL must not contain a "
            "username or password, " + at + "url: Invalid value: \"https://u:p@i?a=b#c\": URL must "
            "not contain a query, " + at + "url: Invalid value: \"https://u:p@i?a=b#c\": URL must "
            "not contain a fragment]");
  EXPECT_EQ(issuer("url: https://own, audiences: [a]"),
            at + "url: Invalid value: \"https://own\": URL must not overlap with disallowed "
                 "issuers: [https://own]");
  EXPECT_EQ(issuer("url: https://i, discoveryURL: https://i/, audiences: [a]"),
            at + "discoveryURL: Invalid value: \"https://i/\": discoveryURL must be different "
                 "from URL");
  EXPECT_EQ(issuer("url: https://i, audiences: [a, a, '']"),
            "[" + at + "audienceMatchPolicy: Invalid value: \"\": audienceMatchPolicy must be "
            "MatchAny for multiple audiences, " + at + "audiences[1]: Duplicate value: \"a\", " +
            at + "audiences[2]: Required value: audience can't be empty]");
  EXPECT_EQ(issuer("url: https://i, audiences: [a], audienceMatchPolicy: All"),
            at + "audienceMatchPolicy: Invalid value: \"All\": audienceMatchPolicy must be empty "
                 "or MatchAny for single audience");
  EXPECT_EQ(issuer("url: https://i, audiences: [a], certificateAuthority: x"),
            at + "certificateAuthority: Invalid value: \"<omitted>\": data does not contain any "
                 "valid RSA or ECDSA certificates");
  EXPECT_THAT(issuer("url: https://i, audiences: [a], egressSelectorType: cluster"),
              HasSubstr("egress selectors are not supported"));
  const std::string one = "{" + std::string(kIssuer) + ", " + kMappings + "}";
  EXPECT_EQ(why(document("jwt: [" + one + ", " + one + "]")),
            "jwt[1].issuer.url: Duplicate value: \"https://i\"");
}

TEST(AuthenticationConfiguration, RulesAboutClaimsAreChecked) {
  const auto rules = [](const std::string& text) {
    return why(jwt(std::string(kIssuer) + ", " + kMappings + ", claimValidationRules: [" + text +
                   "]"));
  };
  const std::string at = "jwt[0].claimValidationRules";
  EXPECT_EQ(rules("{}"), at + "[0]: Required value: claim or expression is required");
  EXPECT_EQ(rules("{claim: a, expression: 'true'}"),
            at + "[0]: Invalid value: \"a\": claim and expression can't both be set");
  EXPECT_EQ(rules("{claim: a, message: m}, {claim: a}"),
            "[" + at + "[0].message: Invalid value: \"m\": message can't be set when claim is "
            "set, " + at + "[1].claim: Duplicate value: \"a\"]");
  EXPECT_EQ(rules("{expression: 'true', requiredValue: r}, {expression: 'true'}"),
            "[" + at + "[0].requiredValue: Invalid value: \"r\": requiredValue can't be set when "
            "expression is set, " + at + "[1].expression: Duplicate value: \"true\"]");
  EXPECT_EQ(rules("{expression: claims.a}"),
            at + "[0].expression: Invalid value: \"claims.a\": must evaluate to bool");
  EXPECT_THAT(rules("{expression: user.a == 1}"),
              StartsWith(at + "[0].expression: Invalid value: \"user.a == 1\": compilation "
                              "failed: "));
}

TEST(AuthenticationConfiguration, MappingsAreChecked) {
  const auto mappings = [](const std::string& text) {
    return why(jwt(std::string(kIssuer) + ", claimMappings: {" + text + "}"));
  };
  const std::string at = "jwt[0].claimMappings.", name = "username: {claim: sub, prefix: ''}, ";
  EXPECT_EQ(mappings(""), at + "username: Required value: claim or expression is required");
  EXPECT_EQ(mappings("username: {claim: sub}"),
            at + "username.prefix: Required value: prefix is required when claim is set. It can be "
                 "set to an empty string to disable prefixing");
  EXPECT_EQ(mappings("username: {claim: a, expression: b}"),
            at + "username: Invalid value: \"\": claim and expression can't both be set");
  EXPECT_EQ(mappings("username: {expression: claims.sub, prefix: p}"),
            at + "username.prefix: Invalid value: \"p\": prefix can't be set when expression is "
                 "set");
  EXPECT_EQ(mappings(name + "uid: {claim: a, expression: b}"),
            at + "uid: Invalid value: \"\": claim and expression can't both be set");
  EXPECT_EQ(mappings(name + "extra: [{key: foo, valueExpression: claims.a}]"),
            at + "extra[0].key: Invalid value: \"foo\": must be a domain-prefixed path (such as "
                 "\"acme.io/foo\")");
  EXPECT_EQ(mappings(name + "extra: [{key: a.io/B, valueExpression: claims.a}]"),
            at + "extra[0].key: Invalid value: \"a.io/B\": key must be lowercase");
  EXPECT_EQ(mappings(name + "extra: [{key: x.k8s.io/b, valueExpression: claims.a}]"),
            at + "extra[0].key: Invalid value: \"x.k8s.io/b\": k8s.io, kubernetes.io and their "
                 "subdomains are reserved for Kubernetes use");
  EXPECT_EQ(mappings(name + "extra: [{key: a.io/b}, {key: a.io/b}]"),
            "[" + at + "extra[0].valueExpression: Required value: valueExpression is required, " +
                at + "extra[1].key: Duplicate value: \"a.io/b\"]");
  EXPECT_EQ(mappings("username: {expression: claims.email}"),
            at + "username.expression: Invalid value: \"claims.email\": claims.email_verified must "
                 "be used in claimMappings.username.expression or "
                 "claimMappings.extra[*].valueExpression or claimValidationRules[*].expression "
                 "when claims.email is used in claimMappings.username.expression");
  EXPECT_EQ(mappings("username: {expression: \"claims.email_verified ? claims.email : ''\"}"),
            "fine");
}

TEST(AuthenticationConfiguration, RulesAboutUsersAndAnonymousAreChecked) {
  const auto rules = [](const std::string& text) {
    return why(jwt(std::string(kIssuer) + ", " + kMappings + ", userValidationRules: [" + text +
                   "]"));
  };
  EXPECT_EQ(rules("{}"),
            "jwt[0].userValidationRules[0].expression: Required value: expression is required");
  EXPECT_EQ(rules("{expression: user.username}"),
            "jwt[0].userValidationRules[0].expression: Invalid value: \"user.username\": must "
            "evaluate to bool");
  EXPECT_EQ(rules("{expression: \"'a' in user.groups\"}, {expression: \"'a' in user.groups\"}"),
            "jwt[0].userValidationRules[1].expression: Duplicate value: \"'a' in user.groups\"");
  EXPECT_EQ(why(document("anonymous: {enabled: false, conditions: [{path: /livez}]}")),
            "anonymous.conditions: Invalid value: [{\"Path\":\"/livez\"}]: enabled should be set "
            "to true when conditions are defined");
  EXPECT_EQ(why(document("jwt: [{issue: {}}]")), "jwt[0]: unknown field \"issue\"");
  EXPECT_EQ(why(document("jwt: 7")), "jwt: must be a list");
}

TEST(AuthenticationConfiguration, ClaimsBecomeAUser) {
  EXPECT_EQ(whom(kMappings, R"("sub":"ann")"), "i:ann||");
  const std::string all =
      "claimMappings: {username: {expression: \"claims.sub + '@' + claims.org.name\"}, "
      "groups: {expression: 'claims.roles'}, uid: {claim: id}, extra: [{key: a.io/team, "
      "valueExpression: 'claims.team'}, {key: a.io/none, valueExpression: \"''\"}]}";
  EXPECT_EQ(whom(all, R"("sub":"ann","org":{"name":"x"},"roles":["a","","b"],"id":"7","team":"t")"),
            "ann@x|7|a,b,|a.io/team,t");
  EXPECT_EQ(whom(all, R"("sub":"ann","org":{"name":"x"},"roles":[1],"id":"7","team":"t")"),
            "oidc: error evaluating group claim expression: expression must return a string or a "
            "list of strings");
  EXPECT_EQ(whom("claimMappings: {username: {expression: claims.sub}}", R"("sub":1)"),
            "oidc: error evaluating username claim expression: username claim expression must "
            "return a string");
  EXPECT_EQ(whom("claimMappings: {username: {expression: claims.sub}}", R"("sub":"")"),
            "oidc: empty username via CEL expression is not allowed");
  EXPECT_EQ(whom("claimMappings: {username: {expression: claims.sub}}", R"("x":"")"),
            "oidc: error evaluating username claim expression: expression 'claims.sub' resulted "
            "in error: no such key: sub");
}

TEST(AuthenticationConfiguration, RulesDecideWhoIsBelieved) {
  const std::string lives = std::string(kMappings) +
                            ", claimValidationRules: [{claim: hd, requiredValue: x}, "
                            "{expression: 'claims.exp - claims.nbf <= 86400', message: too long}]";
  EXPECT_EQ(whom(lives, R"("sub":"ann","hd":"x","exp":86400,"nbf":0)"), "i:ann||");
  EXPECT_EQ(whom(lives, R"("sub":"ann","hd":"y","exp":86400,"nbf":0)"),
            "oidc: required claim hd value does not match. Got = y, want = x");
  EXPECT_EQ(whom(lives, R"("sub":"ann","hd":"x","exp":86401,"nbf":0)"),
            "oidc: error evaluating claim validation expression: validation expression "
            "'claims.exp - claims.nbf <= 86400' failed: too long");
  const std::string user = std::string(kMappings) +
                           ", userValidationRules: [{expression: \"!user.username.startsWith("
                           "'i:system:')\", message: reserved}]";
  EXPECT_EQ(whom(user, R"("sub":"ann")"), "i:ann||");
  EXPECT_EQ(whom(user, R"("sub":"system:masters")"),
            "oidc: error evaluating user info validation rule: validation expression "
            "'!user.username.startsWith('i:system:')' failed: reserved");
}

}  // namespace
}  // namespace kubus::apiserver::oidc
