#include "account_tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kubus/pki/certificate.h"

namespace kubus::serviceaccount_token {
namespace {

using ::testing::HasSubstr;

core_v1::ServiceAccount robot() {
  core_v1::ServiceAccount account;
  account.mutable_metadata()->set_namespace_("prod");
  account.mutable_metadata()->set_name("robot");
  account.mutable_metadata()->set_uid("u1");
  return account;
}

core_v1::Secret secret_for(const char* account) {
  core_v1::Secret secret;
  secret.set_type(kType);
  secret.mutable_metadata()->set_namespace_("prod");
  secret.mutable_metadata()->set_name("key");
  (*secret.mutable_metadata()->mutable_annotations())[kNameAnnotation] = account;
  return secret;
}

pki::SigningKey new_key() { return *pki::SigningKey::parse(pki::make_signing_key()->key_pem); }

TEST(AccountTokens, KnowTheirAccount) {
  EXPECT_EQ(account_of(secret_for("robot")), "robot");
  auto other = secret_for("robot");
  other.set_type("Opaque");
  EXPECT_EQ(account_of(other), "");
}

TEST(AccountTokens, AreFilledOnce) {
  const auto key = new_key();
  const auto first = filled(secret_for("robot"), robot(), key, "the CA");
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->data().at("ca.crt"), "the CA");
  EXPECT_EQ(first->data().at("namespace"), "prod");
  EXPECT_EQ(first->metadata().annotations().at(kUidAnnotation), "u1");
  const auto token = pki::Token::parse(first->data().at("token"));
  ASSERT_TRUE(token.ok());
  EXPECT_TRUE(pki::verify(*token, {key.public_key()}));
  EXPECT_EQ(token->claims, claims_of(*first, robot()));
  const auto second = filled(*first, robot(), key, "the CA");
  EXPECT_EQ(second->data().at("token"), first->data().at("token"));
}

TEST(AccountTokens, SayWhoseTheyAre) {
  EXPECT_THAT(claims_of(secret_for("robot"), robot()),
              HasSubstr(R"("kubernetes.io/serviceaccount/secret.name":"key",)"
                        R"("kubernetes.io/serviceaccount/service-account.name":"robot",)"
                        R"("kubernetes.io/serviceaccount/service-account.uid":"u1",)"
                        R"("sub":"system:serviceaccount:prod:robot")"));
}

TEST(AccountTokens, OfAnAccountThatWasMadeAnewAreNotItsOwn) {
  auto secret = secret_for("robot");
  EXPECT_FALSE(is_of_another(secret, robot()));
  (*secret.mutable_metadata()->mutable_annotations())[kUidAnnotation] = "u0";
  EXPECT_TRUE(is_of_another(secret, robot()));
}

}  // namespace
}  // namespace kubus::serviceaccount_token
