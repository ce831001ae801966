// Tokens of an issuer of OpenID Connect, which is a real HTTPS server.
#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <boost/json.hpp>
#include <chrono>
#include <fstream>
#include <future>
#include <map>
#include <memory>

#include "eventually.h"
#include "kubus/api/base64.h"
#include "kubus/pki/certificate.h"
#include "kubus/pki/files.h"
#include "kubus/pki/jwt.h"
#include "oidc/identity_claims.h"
#include "tests/hook_server.h"
#include "tests/own_plane.h"
#include "tls_client.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kDiscovery = "/.well-known/openid-configuration";

std::int64_t seconds_from_now(std::int64_t seconds) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count() + seconds;
}

pki::SigningKey new_key() { return *pki::SigningKey::parse(pki::make_signing_key()->key_pem); }

class Oidc : public OwnPlaneTest {
 protected:
  void publish(const pki::SigningKey& key) {
    issuer_.on_raw("/keys", 200, R"({"keys":[)" + key.public_key().jwk() + "]}");
  }
  void discoverable(const std::string& as) {
    issuer_.on_raw(kDiscovery, 200,
                   R"({"issuer":")" + as + R"(","jwks_uri":")" + issuer_.url("/keys") + "\"}");
  }
  void restart(std::map<std::string, std::string> more = {}) {
    const auto ca = dir_.path() + "/issuer.crt";
    std::ofstream(ca) << *decode_base64(issuer_.ca_bundle());
    more.merge(std::map<std::string, std::string>{{"oidc_issuer_url", issuer_.url("")},
                                                  {"oidc_client_id", "kubus"},
                                                  {"oidc_ca_file", ca},
                                                  {"oidc_signing_algs", "ES256"},
                                                  {"oidc_groups_claim", "groups"},
                                                  {"oidc_groups_prefix", "oidc:"}});
    plane_->restart_apiserver(more);
  }
  // `more`: further members.
  std::string claims(const std::string& more = "") const {
    return R"({"iss":")" + issuer_.url("") + R"(","aud":"kubus","sub":"ann","exp":)" +
           std::to_string(seconds_from_now(600)) + more + "}";
  }
  // The status of a TokenReview.
  std::string review(const std::string& token) {
    const auto answer = ApiClient::of(tester_->context())
                            ->raw({"create", "authentication.k8s.io", "v1", "tokenreviews", "", "",
                                   "", {}, R"({"spec":{"token":")" + token + "\"}}", ""});
    if (!answer.ok()) return answer.status().message();
    return boost::json::serialize(boost::json::parse(*answer).at("status"));
  }
  bool is_known(const std::string& token) {
    return review(token).find(R"("authenticated":true)") != std::string::npos;
  }
  std::string who_am_i(const std::string& token) {
    testing::TlsClient client(plane_->https_port(),
                              *pki::read_file(plane_->cert_dir() + "/ca.crt"));
    client.send(
        "POST /apis/authentication.k8s.io/v1/selfsubjectreviews HTTP/1.1\r\nHost: x\r\n"
        "Connection: close\r\nAuthorization: Bearer " +
        token + "\r\nContent-Length: 2\r\n\r\n{}");
    return client.rest();
  }

  HookServer issuer_;
  const pki::SigningKey key_ = new_key();
};

TEST_F(Oidc, KnowsWhomATokenNames) {
  discoverable(issuer_.url(""));
  publish(key_);
  restart();
  const auto token = *key_.sign(claims(R"(,"groups":["devs","ops"])"));
  ASSERT_TRUE(testing::eventually([&] { return is_known(token); })) << review(token);
  const auto answer = who_am_i(token);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 201"));
  EXPECT_THAT(answer, HasSubstr(R"("username":")" + issuer_.url("") + "#ann\""));
  EXPECT_THAT(answer, HasSubstr(R"("groups":["oidc:devs","oidc:ops","system:authenticated"])"));
  // Those of others are left to others.
  const auto stranger = new_key();
  EXPECT_THAT(review(*stranger.sign(claims())), HasSubstr("failed to verify id token signature"));
  EXPECT_THAT(who_am_i(*stranger.sign(claims())), StartsWith("HTTP/1.1 401"));
  EXPECT_THAT(review(*key_.sign(R"({"iss":"https://other","aud":"kubus","sub":"ann"})")),
              Not(HasSubstr("oidc:")));
  EXPECT_THAT(review(*key_.sign(R"({"iss":")" + issuer_.url("") + R"(","aud":["x","y"],"exp":)" +
                                std::to_string(seconds_from_now(600)) + "}")),
              HasSubstr(R"(oidc: expected audience in [\"kubus\"] got [\"x\" \"y\"])"));
}

TEST_F(Oidc, FollowsKeysThatChange) {
  discoverable(issuer_.url(""));
  publish(key_);
  restart();
  const auto old = *key_.sign(claims());
  ASSERT_TRUE(testing::eventually([&] { return is_known(old); })) << review(old);
  // The first one by a new key waits for that key.
  const auto next = new_key();
  publish(next);
  const auto token = *next.sign(claims());
  EXPECT_THAT(who_am_i(token), StartsWith("HTTP/1.1 201"));
  EXPECT_FALSE(is_known(old));
  // An issuer that fails takes nothing away.
  issuer_.on_raw("/keys", 500, "");
  EXPECT_THAT(review(old),
              HasSubstr("oidc: verify token: failed to verify signature: fetching keys"));
  EXPECT_TRUE(is_known(token));
}

TEST_F(Oidc, ManyWaitForOneFetchAndNobodyElseDoes) {
  discoverable(issuer_.url(""));
  publish(key_);
  restart();
  const auto old = *key_.sign(claims());
  ASSERT_TRUE(testing::eventually([&] { return is_known(old); })) << review(old);
  const auto asked = issuer_.questions("/keys").size();
  const auto next = new_key();
  issuer_.hang("/keys");
  std::vector<std::future<std::string>> waiting;
  for (int i = 0; i < 8; ++i)
    waiting.push_back(std::async(std::launch::async, [&, i] {
      return who_am_i(*next.sign(claims(",\"n\":" + std::to_string(i))));
    }));
  ASSERT_TRUE(testing::eventually([&] { return issuer_.questions("/keys").size() > asked; }));
  EXPECT_THAT(who_am_i(old), StartsWith("HTTP/1.1 201"));
  publish(next);
  issuer_.let_go("/keys");
  for (auto& one : waiting) EXPECT_THAT(one.get(), StartsWith("HTTP/1.1 201"));
  EXPECT_LE(issuer_.questions("/keys").size(), asked + 2);
}

TEST_F(Oidc, ATokenOfThePastFetchesNoKeys) {
  discoverable(issuer_.url(""));
  publish(key_);
  restart();
  const auto old = *key_.sign(claims());
  ASSERT_TRUE(testing::eventually([&] { return is_known(old); })) << review(old);
  const auto asked = issuer_.questions("/keys").size();
  EXPECT_THAT(review(*new_key().sign(R"({"iss":")" + issuer_.url("") +
                                     R"(","aud":"kubus","sub":"ann","exp":1000})")),
              HasSubstr("oidc: verify token: oidc: token is expired (Token Expiry: 1970-01-01"));
  EXPECT_EQ(issuer_.questions("/keys").size(), asked);
}

TEST_F(Oidc, WaitsForAnIssuerThatIsNotThere) {
  restart();
  const auto token = *key_.sign(claims());
  EXPECT_THAT(review(token), HasSubstr("oidc: authenticator not initialized"));
  discoverable("https://somebody.else");
  publish(key_);
  const auto asked = issuer_.questions(kDiscovery).size();
  ASSERT_TRUE(
      testing::eventually([&] { return issuer_.questions(kDiscovery).size() > asked + 1; }));
  EXPECT_THAT(review(token), HasSubstr("oidc: authenticator not initialized"));
  discoverable(issuer_.url(""));
  ASSERT_TRUE(testing::eventually([&] { return is_known(token); })) << review(token);
}

TEST_F(Oidc, TakesNoOtherAlgorithmThanConfigured) {
  discoverable(issuer_.url(""));
  publish(key_);
  restart({{"oidc_signing_algs", "RS256"}});
  const auto token = *key_.sign(claims());
  EXPECT_TRUE(testing::eventually([&] {
    return review(token).find(R"(expected [\"RS256\"] got \"ES256\")") != std::string::npos;
  })) << review(token);
}

TEST_F(Oidc, TakesKeysOnOtherCurves) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> made(EVP_EC_gen("P-384"),
                                                                 EVP_PKEY_free);
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(BIO_new(BIO_s_mem()), BIO_free_all);
  PEM_write_bio_PrivateKey(bio.get(), made.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* pem = nullptr;
  const auto size = static_cast<std::size_t>(BIO_get_mem_data(bio.get(), &pem));
  const auto key = *pki::SigningKey::parse(std::string(pem, size));
  discoverable(issuer_.url(""));
  publish(key);
  restart({{"oidc_signing_algs", "ES384"}});
  const auto token = *key.sign(claims());
  EXPECT_TRUE(testing::eventually([&] { return is_known(token); })) << review(token);
}

TEST(OidcClaims, SayWhoItIsOrAreRefused) {
  oidc::Settings settings;
  settings.issuer = "https://i";
  settings.audiences = {"kubus"};
  settings.username.claim = "email";
  settings.groups.claim = "groups";
  settings.required_claims = {{"team", "a"}};
  const SystemTime now(std::chrono::seconds(1'000'000));
  const auto of = [&](const std::string& more) {
    const std::string text = R"({"aud":["x","kubus"],"exp":1000000,"team":"a")" + more + "}";
    const auto claims = boost::json::parse(text);
    const auto good = oidc::check_times(claims.as_object(), now);
    if (!good.ok()) return std::string(good.message());
    auto who = oidc::identity_of(claims, settings);
    return who.ok() ? who->name + (who->groups.empty() ? "" : "/" + who->groups.back())
                    : std::string(who.status().message());
  };
  const std::string ann = R"(,"email":"ann@x")";
  EXPECT_EQ(of(ann), "ann@x");
  EXPECT_EQ(of(ann + R"(,"groups":"one","email_verified":true,"nbf":1000060)"), "ann@x/one");
  EXPECT_EQ(of(""), "oidc: parse username claims \"email\": claim not present");
  EXPECT_THAT(of(R"(,"email":1)"), StartsWith("oidc: parse username claims \"email\": "));
  EXPECT_EQ(of(ann + R"(,"email_verified":false)"), "oidc: email not verified");
  EXPECT_THAT(of(ann + R"(,"email_verified":"true")"),
              StartsWith("oidc: parse 'email_verified' claim: "));
  EXPECT_THAT(of(ann + R"(,"groups":{})"), StartsWith("oidc: parse groups claim \"groups\": "));
  EXPECT_THAT(of(ann + R"(,"groups":["a",1])"), StartsWith("oidc: parse groups claim"));
  EXPECT_EQ(of(ann + R"(,"exp":999999)"),
            "oidc: verify token: oidc: token is expired (Token Expiry: 1970-01-12T13:46:39Z)");
  EXPECT_THAT(of(ann + R"(,"exp":null)"), HasSubstr("oidc: token is expired"));
  EXPECT_THAT(of(ann + R"(,"exp":"2000000")"), HasSubstr("failed to unmarshal claims"));
  EXPECT_THAT(of(ann + R"(,"nbf":1000061)"), HasSubstr("before the nbf (not before) time"));
  EXPECT_THAT(of(ann + R"(,"aud":"x")"), HasSubstr(R"(expected audience in ["kubus"] got ["x"])"));
  EXPECT_EQ(of(ann + R"(,"team":"b")"),
            "oidc: required claim team value does not match. Got = b, want = a");
  EXPECT_EQ(of(ann + R"(,"team":null)"), "oidc: required claim team not present in ID token");
}

TEST_F(Oidc, RefusesSettingsThatMakeNoSense) {
  const auto why = [&](const std::map<std::string, std::string>& settings) {
    try {
      restart(settings);
    } catch (const std::exception& error) {
      return std::string(error.what());
    }
    return std::string("started");
  };
  EXPECT_THAT(why({{"oidc_issuer_url", "http://i"}}), HasSubstr("oidc_issuer_url"));
  EXPECT_THAT(why({{"oidc_client_id", ""}}), HasSubstr("oidc_client_id"));
  EXPECT_THAT(why({{"oidc_signing_algs", "HS256"}}),
              HasSubstr("\"HS256\" is not supported, only RS256, RS384, RS512, ES256, ES384"));
  EXPECT_THAT(why({{"oidc_required_claim", "team"}}), HasSubstr("oidc_required_claim"));
  EXPECT_THAT(why({{"oidc_groups_claim", ""}}), HasSubstr("oidc_groups_prefix"));
  EXPECT_THAT(why({{"oidc_ca_file", dir_.path() + "/none"}}), HasSubstr("oidc_ca_file"));
}

}  // namespace
}  // namespace kubus::apiserver
