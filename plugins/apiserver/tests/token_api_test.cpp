// Tokens asked for over the API and shown to it, over HTTPS.
#include <gmock/gmock.h>

#include "kubus/api/base64.h"
#include "kubus/pki/jwt.h"
#include "tests/https_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;

constexpr const char* kReviews = "authentication.k8s.io/tokenreviews";

class TokenApiTest : public HttpsTest {
 protected:
  static void make_account(const std::string& name) {
    const auto made =
        create("/serviceaccounts", "default", R"({"metadata":{"name":")" + name + "\"}}");
    ASSERT_EQ(made.code, 201) << made.body;
  }
  static Reply ask(const std::string& account, const std::string& spec = "{}",
                   const std::string& metadata = "{}") {
    return call("create", "/serviceaccounts/token", "default", account,
                R"({"metadata":)" + metadata + R"(,"spec":)" + spec + "}");
  }
  static std::string token_of(const std::string& account) {
    return ask(account).at("status.token");
  }
  static std::string claims_of(const Reply& reply) {
    const auto token = reply.at("status.token");
    return pki::Token::parse(token)->claims;
  }
  // Whoever shows the token asks who they are.
  std::string who_am_i(const std::string& authorization) const {
    auto client = connect_as_nobody();
    client->send(
        "POST /apis/authentication.k8s.io/v1/selfsubjectreviews HTTP/1.1\r\nHost: x\r\n"
        "Connection: close\r\nAuthorization: " +
        authorization + "\r\nContent-Length: 2\r\n\r\n{}");
    return client->rest();
  }
  static Reply review(const std::string& token, const std::string& more = "") {
    return create(kReviews, "", R"({"spec":{"token":")" + token + "\"" + more + "}}");
  }
};

TEST_F(TokenApiTest, GivesATokenThatIsTaken) {
  make_account("taken");
  const auto reply = ask("taken");
  ASSERT_EQ(reply.code, 201) << reply.body;
  EXPECT_EQ(reply.at("kind"), "TokenRequest");
  EXPECT_EQ(reply.at("metadata.name"), "taken");
  EXPECT_EQ(reply.at("spec.expirationSeconds"), "3600");
  EXPECT_THAT(reply.body,
              HasSubstr(R"("audiences":["https://kubernetes.default.svc.cluster.local"])"));
  const auto claims = claims_of(reply);
  EXPECT_EQ(json_text(json_at(claims, "iss")), "https://kubernetes.default.svc.cluster.local");
  EXPECT_EQ(json_text(json_at(claims, "sub")), "system:serviceaccount:default:taken");
  EXPECT_EQ(
      std::stoll(json_text(json_at(claims, "exp"))) - std::stoll(json_text(json_at(claims, "iat"))),
      3600);
  const auto answer = who_am_i("Bearer " + reply.at("status.token"));
  EXPECT_EQ(status(answer), 201) << answer;
  EXPECT_THAT(answer, HasSubstr(R"("username":"system:serviceaccount:default:taken")"));
  EXPECT_THAT(answer, HasSubstr(R"("authentication.kubernetes.io/credential-id":["JTI=)"));
  EXPECT_THAT(answer, HasSubstr(R"("groups":["system:serviceaccounts",)"
                                R"("system:serviceaccounts:default","system:authenticated"])"));
}

TEST_F(TokenApiTest, RefusesWhatMayNotBeAsked) {
  make_account("asked");
  const struct {
    std::string spec;
    int code;
    std::string message;
  } cases[] = {
      {R"({"expirationSeconds":599})", 422,
       R"(spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes)"},
      {R"({"expirationSeconds":4294967297})", 422,
       "may not specify a duration larger than 2^32 seconds"},
      {R"({"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"none"}})", 404,
       R"(pods \"none\" not found)"},
      {R"({"boundObjectRef":{"kind":"Secret","apiVersion":"v1","name":"none"}})", 404,
       R"(secrets \"none\" not found)"},
      {R"({"boundObjectRef":{"kind":"Deployment","apiVersion":"apps/v1","name":"d"}})", 400,
       "cannot bind token to object of type apps/v1, Kind=Deployment"},
  };
  for (const auto& one : cases) {
    const auto refused = ask("asked", one.spec);
    EXPECT_EQ(refused.code, one.code) << one.spec;
    EXPECT_THAT(refused.body, HasSubstr(one.message));
  }
  EXPECT_EQ(ask("none").code, 404);
  EXPECT_THAT(ask("asked", "{}", R"({"name":"other"})").body,
              HasSubstr("must match the service account name if specified"));
}

TEST_F(TokenApiTest, BindsTokensToObjects) {
  make_account("bound");
  const auto made = create("/pods", "default",
                           R"({"metadata":{"name":"binder"},"spec":{"serviceAccountName":"bound",)"
                           R"("nodeName":"elsewhere","containers":[{"name":"c","image":"i"}]}})");
  ASSERT_EQ(made.code, 201) << made.body;
  const auto bound_to = [](const std::string& more) {
    return R"({"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"binder")" + more + "}}";
  };
  EXPECT_THAT(ask("bound", bound_to(R"(,"uid":"other")")).body,
              HasSubstr("the UID in the bound object reference (other) does not match the UID in "
                        "record. The object might have been deleted and then recreated"));
  make_account("stranger");
  EXPECT_THAT(ask("stranger", bound_to("")).body,
              HasSubstr("cannot bind token for serviceaccount \\\"stranger\\\" to pod running with "
                        "different serviceaccount name."));
  const auto reply = ask("bound", bound_to(""));
  EXPECT_THAT(claims_of(reply),
              HasSubstr(R"("node":{"name":"elsewhere"},"pod":{"name":"binder","uid":")" +
                        made.at("metadata.uid") + "\"}"));
  const auto authorization = "Bearer " + reply.at("status.token");
  EXPECT_EQ(status(who_am_i(authorization)), 201);
  ASSERT_EQ(call("delete", "/pods", "default", "binder", R"({"gracePeriodSeconds":0})").code, 200);
  EXPECT_EQ(status(who_am_i(authorization)), 401);
}

TEST_F(TokenApiTest, ExtendsTheTokensThatPodsHaveMounted) {
  make_account("mounted");
  ASSERT_EQ(create("/pods", "default",
                   R"({"metadata":{"name":"mounter"},"spec":{"serviceAccountName":"mounted",)"
                   R"("containers":[{"name":"c","image":"i"}]}})")
                .code,
            201);
  const std::string bound = R"("boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"mounter"})";
  const auto life = [](const std::string& claims) {
    return std::stoll(json_text(json_at(claims, "exp"))) -
           std::stoll(json_text(json_at(claims, "iat")));
  };
  const auto mounted = claims_of(ask("mounted", R"({"expirationSeconds":3607,)" + bound + "}"));
  EXPECT_EQ(life(mounted), 365 * 24 * 3600);
  EXPECT_THAT(mounted, HasSubstr("warnafter"));
  EXPECT_EQ(life(claims_of(ask("mounted", R"({"expirationSeconds":3608,)" + bound + "}"))), 3608);
  EXPECT_EQ(life(claims_of(ask("mounted", R"({"expirationSeconds":3607})"))), 3607);
  EXPECT_EQ(life(claims_of(ask(
                "mounted", R"({"audiences":["vault"],"expirationSeconds":3607,)" + bound + "}"))),
            3607);
}

TEST_F(TokenApiTest, EndsWithTheAccount) {
  make_account("ended");
  const auto authorization = "Bearer " + token_of("ended");
  EXPECT_EQ(status(who_am_i(authorization)), 201);
  ASSERT_EQ(call("delete", "/serviceaccounts", "default", "ended").code, 200);
  const auto answer = who_am_i(authorization);
  EXPECT_EQ(status(answer), 401);
  EXPECT_THAT(answer, HasSubstr(R"("message":"Unauthorized","reason":"Unauthorized","code":401)"));
}

TEST_F(TokenApiTest, RefusesBadTokensAndNothingElse) {
  make_account("plain");
  const auto token = token_of("plain");
  for (const auto& bad :
       {token + "x", token.substr(1), std::string("x"), token.substr(0, token.rfind('.') + 1)})
    EXPECT_EQ(status(who_am_i("Bearer " + bad)), 401) << bad;
  EXPECT_EQ(status(who_am_i("bearer " + token)), 201);
  // What is no bearer token is nobody's.
  for (const char* other : {"Basic YTpi", "Bearer", "Bearer "})
    EXPECT_THAT(who_am_i(other), HasSubstr(R"(User \"system:anonymous\" cannot create)")) << other;
}

TEST_F(TokenApiTest, ReviewsTokens) {
  make_account("reviewed");
  const auto token = token_of("reviewed");
  const auto good = review(token);
  EXPECT_EQ(good.code, 201);
  EXPECT_EQ(good.at("status.authenticated"), "true");
  EXPECT_EQ(good.at("status.user.username"), "system:serviceaccount:default:reviewed");
  EXPECT_THAT(good.body,
              HasSubstr(R"("audiences":["https://kubernetes.default.svc.cluster.local"])"));
  EXPECT_EQ(review("nonsense").at("status.error"), "invalid bearer token");
  EXPECT_EQ(review("nonsense").at("status.authenticated"), "");
  EXPECT_THAT(review(token, R"(,"audiences":["vault"])").at("status.error"),
              HasSubstr("is invalid for the target audiences [\"vault\"]"));
  EXPECT_THAT(review("").body, HasSubstr("token is required for TokenReview in authentication"));
}

TEST_F(TokenApiTest, TellsOthersHowToVerify) {
  const auto configuration = exchange("GET", "/.well-known/openid-configuration");
  EXPECT_THAT(configuration,
              HasSubstr(R"({"issuer":"https://kubernetes.default.svc.cluster.local","jwks_uri":)"));
  EXPECT_THAT(configuration, HasSubstr("Cache-Control: public, max-age=3600"));
  make_account("verified");
  const auto token = pki::Token::parse(token_of("verified"));
  const auto keys = exchange("GET", "/openid/v1/jwks");
  EXPECT_THAT(keys, HasSubstr("Content-Type: application/jwk-set+json"));
  EXPECT_THAT(keys, HasSubstr("\"kid\":\"" + token->key_id + "\",\"crv\":\"P-256\""));
}

TEST_F(TokenApiTest, TakesBootstrapTokens) {
  const auto value = [](const char* text) { return encode_base64(text); };
  ASSERT_EQ(create("/secrets", "kube-system",
                   R"({"metadata":{"name":"bootstrap-token-abcdef"},)"
                   R"("type":"bootstrap.kubernetes.io/token","data":{"token-id":")" +
                       value("abcdef") + R"(","token-secret":")" + value("0123456789abcdef") +
                       R"(","usage-bootstrap-authentication":")" + value("true") + "\"}}")
                .code,
            201);
  EXPECT_THAT(who_am_i("Bearer abcdef.0123456789abcdef"),
              HasSubstr(R"("username":"system:bootstrap:abcdef","groups":["system:bootstrappers",)"
                        R"("system:authenticated"])"));
}

TEST_F(TokenApiTest, WritesDownWhenATokenInASecretWasUsed) {
  const auto since = get("/configmaps", "kube-system",
                         "kube-apiserver-legacy-service-account-token-tracking")
                         .at("data.since");
  EXPECT_THAT(since, ::testing::MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}"));
  make_account("old");
  const auto uid = get("/serviceaccounts", "default", "old").at("metadata.uid");
  const auto key = pki::SigningKey::parse(read("sa.key"));
  ASSERT_TRUE(key.ok());
  const auto token = *key->sign(R"({"iss":"kubernetes/serviceaccount",)"
                                R"("kubernetes.io/serviceaccount/namespace":"default",)"
                                R"("kubernetes.io/serviceaccount/secret.name":"kept",)"
                                R"("kubernetes.io/serviceaccount/service-account.name":"old",)"
                                R"("kubernetes.io/serviceaccount/service-account.uid":")" +
                                uid + R"(","sub":"system:serviceaccount:default:old"})");
  const auto made =
      create("/secrets", "default",
             R"({"metadata":{"name":"kept","annotations":{"kubernetes.io/service-account.name":)"
             R"("old"}},"type":"kubernetes.io/service-account-token","data":{"token":")" +
                 encode_base64(token) + "\"}}");
  ASSERT_EQ(made.code, 201) << made.body;
  EXPECT_THAT(who_am_i("Bearer " + token), HasSubstr("system:serviceaccount:default:old"));
  EXPECT_TRUE(kubus::testing::eventually([&] {
    const auto secret = get("/secrets", "default", "kept").body;
    const auto labels = json_at(secret, "metadata.labels");
    return labels.find("\"kubernetes.io/legacy-token-last-used\":\"2") != labels.npos;
  }));
  // Once a day is enough.
  const auto version = get("/secrets", "default", "kept").at("metadata.resourceVersion");
  EXPECT_THAT(who_am_i("Bearer " + token), HasSubstr("system:serviceaccount:default:old"));
  EXPECT_EQ(get("/secrets", "default", "kept").at("metadata.resourceVersion"), version);
}

}  // namespace
}  // namespace kubus::apiserver
