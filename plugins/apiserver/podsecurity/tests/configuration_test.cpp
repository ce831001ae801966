// What a PodSecurityConfiguration may say.
#include "podsecurity/configuration.h"

#include <gmock/gmock.h>

namespace kubus::apiserver::podsecurity {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string document(const std::string& rest) {
  return "apiVersion: pod-security.admission.config.k8s.io/v1\n"
         "kind: PodSecurityConfiguration\n" + rest;
}
std::string why(const std::string& rest) {
  const auto read = read_configuration(document(rest));
  return read.ok() ? "fine" : std::string(read.status().message());
}

TEST(PodSecurityConfiguration, SaysWhatAppliesAndToWhomNothingDoes) {
  const auto read = read_configuration(document(R"(
defaults: {enforce: baseline, enforce-version: v1.30, audit: restricted, warn: ""}
exemptions: {usernames: [root, "a b"], namespaces: [kube-system], runtimeClasses: [kata.x]}
)"));
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->defaults.enforce.to_string(), "baseline:v1.30");
  EXPECT_EQ(read->defaults.audit.to_string(), "restricted:latest");
  EXPECT_EQ(read->defaults.warn.to_string(), "privileged:latest");
  EXPECT_EQ(read->defaults.to_string(), "enforce=baseline:v1.30, audit=restricted:latest");
  EXPECT_THAT(read->users, ElementsAre("a b", "root"));
  EXPECT_THAT(read->namespaces, ElementsAre("kube-system"));
  EXPECT_THAT(read->runtime_classes, ElementsAre("kata.x"));
}

TEST(PodSecurityConfiguration, NeedNotSayAnything) {
  for (const auto& text : {std::string(), document("")}) {
    const auto read = read_configuration(text);
    ASSERT_TRUE(read.ok()) << read.status().message();
    EXPECT_TRUE(read->defaults.fully_privileged());
    EXPECT_THAT(read->users, IsEmpty());
  }
}

TEST(PodSecurityConfiguration, IsWrongInTheWordsOfTheReference) {
  EXPECT_EQ(why("defaults: {enforce: high, audit-version: v2, warn-version: v1.01}"),
            "[defaults.enforce: Invalid value: \"high\": must be one of privileged, baseline, "
            "restricted, defaults.warn-version: Invalid value: \"v1.01\": must be \"latest\" or "
            "\"v1.x\", defaults.audit-version: Invalid value: \"v2\": must be \"latest\" or "
            "\"v1.x\"]");
  EXPECT_EQ(why("exemptions: {namespaces: [a, b, a], usernames: ['']}"),
            "[exemptions.namespaces[2]: Duplicate value: \"a\", exemptions.usernames[0]: Invalid "
            "value: \"\": username must not be empty]");
  EXPECT_THAT(why("exemptions: {runtimeClasses: [UP]}"),
              HasSubstr("exemptions.runtimeClasses[0]: Invalid value: \"UP\": a lowercase RFC 1123 "
                        "subdomain must consist of"));
  EXPECT_EQ(why("exemptions: {users: [a]}"), "exemptions: unknown field \"users\"");
  EXPECT_EQ(why("default: {}"), "PodSecurityConfiguration: unknown field \"default\"");
  EXPECT_EQ(why("exemptions: {namespaces: all}"), "exemptions.namespaces: must be a list");
  EXPECT_EQ(read_configuration("apiVersion: v1\nkind: PodSecurityConfiguration").status().message(),
            "kind: must be PodSecurityConfiguration of pod-security.admission.config.k8s.io/v1");
}

}  // namespace
}  // namespace kubus::apiserver::podsecurity
