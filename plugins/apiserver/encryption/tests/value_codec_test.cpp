#include "encryption/value_codec.h"

#include <gmock/gmock.h>

#include "kubus/api/base64.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kPlace = "/registry/core/secrets/default/s";

std::string key(const std::string& name, char fill, std::size_t size = 32) {
  return "{name: " + name + ", secret: " + encode_base64(std::string(size, fill)) + "}";
}

std::string rule(const std::string& resources, const std::string& providers) {
  return "- resources: [" + resources + "]\n  providers: [" + providers + "]\n";
}

ValueCodec codec(const std::string& rules) {
  auto parsed = ValueCodec::parse(
      "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n" +
      rules);
  EXPECT_TRUE(parsed.ok()) << parsed.status().to_string();
  return parsed.ok() ? std::move(*parsed) : ValueCodec();
}

std::string secrets_with(const std::string& provider, const std::string& keys) {
  return rule("secrets", "{" + provider + ": {keys: [" + keys + "]}}");
}

TEST(ValueCodec, OpensWhatItSealed) {
  for (const char* provider : {"aesgcm", "aescbc"})
    for (const std::size_t size : {16, 24, 32})
      for (const std::size_t length : {0, 1, 15, 16, 17, 100'000}) {
        const auto made = codec(secrets_with(provider, key("k", 'a', size)));
        const std::string value(length, 'v');
        const auto sealed = made.seal(kPlace, value);
        ASSERT_TRUE(sealed.ok());
        EXPECT_THAT(*sealed, StartsWith("k8s:enc:" + std::string(provider) + ":v1:k:"));
        const auto opened = made.open(kPlace, *sealed);
        ASSERT_TRUE(opened.ok()) << opened.status().to_string();
        EXPECT_FALSE(opened->as_is);
        EXPECT_FALSE(opened->stale);
        EXPECT_EQ(opened->value, value) << provider << ' ' << size << ' ' << length;
      }
}

TEST(ValueCodec, NeverSealsTwiceTheSame) {
  const auto made = codec(secrets_with("aesgcm", key("k", 'a')));
  EXPECT_NE(*made.seal(kPlace, "value"), *made.seal(kPlace, "value"));
}

// Made with `openssl enc -aes-256-cbc -K 6161... -iv 30313233...`.
TEST(ValueCodec, OpensWhatOthersSealed) {
  const auto made = codec(secrets_with("aescbc", key("k", 'a')));
  const std::string sealed = "k8s:enc:aescbc:v1:k:0123456789abcdef" +
                             *decode_base64("YK34jv06Gt8FBMmYLSNCtzNuPNx+EffQ0ALcBtVmb6A=");
  const auto opened = made.open(kPlace, sealed);
  ASSERT_TRUE(opened.ok()) << opened.status().to_string();
  EXPECT_EQ(opened->value, R"({"metadata":{"name":"s"}})");
}

TEST(ValueCodec, IsBoundToThePlaceAndToEveryByte) {
  const auto made = codec(secrets_with("aesgcm", key("k", 'a')));
  const auto sealed = *made.seal(kPlace, "value");
  EXPECT_FALSE(made.open("/registry/core/secrets/default/other", sealed).ok());
  const auto start = std::string_view("k8s:enc:aesgcm:v1:k:").size();
  for (auto at = start; at < sealed.size(); ++at) {
    auto broken = sealed;
    broken[at] = static_cast<char>(broken[at] ^ 1);
    EXPECT_FALSE(made.open(kPlace, broken).ok()) << at;
    EXPECT_FALSE(made.open(kPlace, sealed.substr(0, at)).ok()) << at;
  }
}

TEST(ValueCodec, TellsValuesThatWouldBeSealedOtherwiseToday) {
  const auto before = codec(secrets_with("aesgcm", key("one", 'a')));
  const auto sealed = *before.seal(kPlace, "value");
  const auto both = codec(secrets_with("aesgcm", key("two", 'b') + ", " + key("one", 'a')));
  const auto opened = both.open(kPlace, sealed);
  ASSERT_TRUE(opened.ok());
  EXPECT_TRUE(opened->stale);
  EXPECT_EQ(opened->value, "value");
  const auto after = codec(secrets_with("aesgcm", key("two", 'b')));
  EXPECT_EQ(after.open(kPlace, sealed).status().message(),
            std::string(kPlace) + ": no matching key was found for the provided AES transformer");
  const auto off =
      codec(rule("secrets", "{identity: {}}, {aesgcm: {keys: [" + key("one", 'a') + "]}}"));
  EXPECT_TRUE(off.open(kPlace, sealed)->stale);
  EXPECT_EQ(*off.seal(kPlace, "value"), "value");
}

TEST(ValueCodec, TakesPlainValuesOnlyWithIdentity) {
  const auto strict = codec(secrets_with("aesgcm", key("k", 'a')));
  EXPECT_THAT(strict.open(kPlace, "{}").status().message(), HasSubstr("no matching prefix found"));
  const auto mixed =
      codec(rule("secrets", "{aesgcm: {keys: [" + key("k", 'a') + "]}}, {identity: {}}"));
  const auto opened = mixed.open(kPlace, "{}");
  ASSERT_TRUE(opened.ok());
  EXPECT_TRUE(opened->as_is);
  EXPECT_TRUE(opened->stale);
  EXPECT_THAT(ValueCodec().open(kPlace, *strict.seal(kPlace, "{}")).status().message(),
              HasSubstr("identity transformer tried to read encrypted data"));
}

TEST(ValueCodec, ChoosesByResource) {
  const auto with = [](const char* name, char fill) {
    return std::string("{aesgcm: {keys: [") + key(name, fill) + "]}}";
  };
  const auto made = codec(rule("secrets, deployments.apps", with("exact", 'a')) +
                          rule("'*.'", with("core", 'b')) + rule("'*.*'", with("all", 'c')));
  const auto key_of = [&](const std::string& place) {
    const auto sealed = *made.seal("/registry/" + place, "v");
    return sealed.substr(18, sealed.find(':', 18) - 18);
  };
  EXPECT_EQ(key_of("core/secrets/default/s"), "exact");
  EXPECT_EQ(key_of("apps/deployments/default/d"), "exact");
  EXPECT_EQ(key_of("core/configmaps/default/c"), "core");
  EXPECT_EQ(key_of("apps/daemonsets/default/d"), "all");
  const auto few = codec(secrets_with("aesgcm", key("k", 'a')));
  EXPECT_EQ(*few.seal("/registry/core/configmaps/default/c", "{}"), "{}");
  EXPECT_TRUE(few.open("/registry/core/configmaps/default/c", "{}")->as_is);
}

TEST(ValueCodec, SaysWhatIsWrongWithItsConfiguration) {
  const auto good = key("k", 'a');
  const struct {
    std::string rules, wanted;
  } rows[] = {
      {" []", "resources: Required value"},
      {"- {resources: [], providers: [{identity: {}}]}", "resources[0].resources: Required value"},
      {"- {resources: [secrets]}", "resources[0].providers: Required value"},
      {rule("secrets", "{}"), "resources[0].providers[0]: Invalid value: exactly one provider"},
      {rule("secrets", "{rot13: {}}"), "resources[0].providers[0]: unknown field \"rot13\""},
      {rule("secrets", "{kms: {name: k}}"), "resources[0].providers[0].kms: this kind"},
      {secrets_with("aesgcm", ""), "resources[0].providers[0].aesgcm.keys: Required value"},
      {secrets_with("aesgcm", "{secret: YQ==}"), "aesgcm.keys[0].name: Required value"},
      {secrets_with("aesgcm", "{name: 'a:b', secret: YQ==}"), "keys[0].name: Invalid value"},
      {secrets_with("aesgcm", "{name: k, secret: '!'}"), "secrets must be base64 encoded"},
      {secrets_with("aesgcm", key("k", 'a', 20)), "got 20, expected one of [16 24 32]"},
      {secrets_with("aesgcm", good) + secrets_with("aesgcm", good),
       "resources[1].resources[0]: Duplicate value: \"secrets\""},
      {rule("'*.*'", "{identity: {}}") + secrets_with("aesgcm", good), "\"*.*\" before it"},
      {rule("'*.apps'", "{identity: {}}") + rule("deployments.apps", "{identity: {}}"),
       "\"*.apps\" before it"},
      {rule("'*'", "{identity: {}}"), "use *.* for every resource"},
      {rule("'secrets.*'", "{identity: {}}"), "use a resource and its group"},
  };
  for (const auto& row : rows) {
    const auto parsed = ValueCodec::parse(
        "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n" +
        row.rules);
    EXPECT_THAT(parsed.status().message(), HasSubstr(row.wanted)) << row.rules;
  }
  EXPECT_FALSE(ValueCodec::parse("").ok());
  EXPECT_THAT(ValueCodec::parse("kind: Pod\n").status().message(), HasSubstr("kind: must be"));
  EXPECT_FALSE(ValueCodec::parse("[1]").ok());
  EXPECT_FALSE(ValueCodec::parse("{").ok());
}

}  // namespace
}  // namespace kubus::apiserver
