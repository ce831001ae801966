// Bearer tokens against objects in a cache, without a server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kubus/api/base64.h"
#include "kubus/pki/certificate.h"
#include "token/bootstrap_tokens.h"
#include "token/service_account_tokens.h"
#include "token/static_tokens.h"
#include "token/token_issuer.h"

namespace kubus::apiserver {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kIssuer = "https://issuer";
constexpr std::int64_t kNow = 1'800'000'000;

std::string base64_data(std::initializer_list<std::pair<const char*, std::string>> data) {
  std::string json;
  for (const auto& [key, value] : data)
    json +=
        std::string(json.empty() ? "" : ",") + "\"" + key + "\":\"" + encode_base64(value) + "\"";
  return R"("data":{)" + json + "}";
}

class TokenTest : public ::testing::Test {
 protected:
  TokenTest()
      : key_(new_key()),
        old_key_(new_key()),
        verifier_(std::make_shared<TokenVerifier>(
            std::vector{key_.public_key(), old_key_.public_key()},
            std::vector<std::string>{kIssuer, "https://former"}, 4)) {
    cache_.reset(ClusterCache::Filling(cache_), 1);
    tokens_.add(
        make_service_account_tokens(verifier_, cache_, {"api"},
                                    [this](const ObjectPtr& secret) { used_ = secret; },
                                    [this] { return clock(); }));
    tokens_.add(make_bootstrap_tokens(cache_, {"api"}, [this] { return clock(); }));
    put("serviceaccounts", "prod/robot", "u1");
    put("pods", "prod/web", "u2");
    put("secrets", "prod/lock", "u3");
    put("nodes", "n1", "u4");
  }
  static pki::SigningKey new_key() {
    return *pki::SigningKey::parse(pki::make_signing_key()->key_pem);
  }
  SystemTime clock() const { return SystemTime(std::chrono::seconds(now_)); }

  // `key`: "ns/name" or "name". `more`: further metadata, `rest`: what follows it.
  void put(const std::string& plural, const std::string& key, const std::string& uid,
           const std::string& more = "", const std::string& rest = "") {
    const auto slash = key.find('/');
    std::string json = R"({"metadata":{"name":")" + key.substr(slash + 1) + "\"";
    if (slash != std::string::npos) json += R"(,"namespace":")" + key.substr(0, slash) + "\"";
    json += R"(,"uid":")" + uid + "\"" + more + "}" + (rest.empty() ? "" : "," + rest) + "}";
    const auto path = "/registry/core/" + plural + "/" + key;
    ++revision_;
    cache_.apply({{path, json, revision_}}, revision_);
  }
  void remove(const std::string& plural, const std::string& key) {
    const auto path = "/registry/core/" + plural + "/" + key;
    ++revision_;
    cache_.apply({{path, {}, revision_}}, revision_);
  }

  static Claims claims() {
    Claims claims;
    claims.issuer = kIssuer;
    claims.subject = "system:serviceaccount:prod:robot";
    claims.audiences = {"api", "vault"};
    claims.issued_at = claims.not_before = kNow;
    claims.expires = kNow + 3600;
    claims.id = "jti";
    claims.ns = "prod";
    claims.account = {"robot", "u1"};
    return claims;
  }
  std::string sign(const Claims& claims) const { return *key_.sign(claims.to_json()); }
  // The name of the holder, or what is wrong.
  std::string holder(const std::string& token, const Audiences& audiences = {"api"}) {
    auto found = tokens_.authenticate(token, audiences);
    return found.ok() ? found->identity.name : found.status().message();
  }

  pki::SigningKey key_, old_key_;
  ClusterCache cache_{16};
  std::shared_ptr<TokenVerifier> verifier_;
  TokenAuthenticators tokens_{{"api"}};
  std::int64_t now_ = kNow;
  ObjectPtr used_;  // the Secret of the last token in one
  std::int64_t revision_ = 1;
};

constexpr const char* kRobot = "system:serviceaccount:prod:robot";

TEST_F(TokenTest, SaysWhoItIs) {
  auto bound = claims();
  bound.pod = ObjectId{"web", "u2"};
  bound.node = ObjectId{"gone", "u9"};
  const auto holder = tokens_.authenticate(sign(bound), {"vault", "api", "other"});
  ASSERT_TRUE(holder.ok()) << holder.status().message();
  const auto& who = holder->identity;
  EXPECT_EQ(who.name, kRobot);
  EXPECT_EQ(who.uid, "u1");
  EXPECT_THAT(who.groups, ElementsAre("system:serviceaccounts", "system:serviceaccounts:prod",
                                      "system:authenticated"));
  const auto extra = [&](const char* name) {
    return who.extra.at(std::string("authentication.kubernetes.io/") + name).at(0);
  };
  EXPECT_EQ(extra("pod-name"), "web");
  EXPECT_EQ(extra("pod-uid"), "u2");
  EXPECT_EQ(extra("node-name"), "gone");
  EXPECT_EQ(extra("node-uid"), "u9");
  EXPECT_EQ(extra("credential-id"), "JTI=jti");
  EXPECT_THAT(holder->audiences, ElementsAre("api", "vault"));
}

TEST_F(TokenTest, IsForgedInVain) {
  const auto good = sign(claims());
  ASSERT_EQ(holder(good), kRobot);
  const auto body = encode_base64url(claims().to_json());
  const auto header = [&](const std::string& algorithm, const std::string& id) {
    return encode_base64url(R"({"alg":")" + algorithm + R"(","kid":")" + id + "\"}");
  };
  const auto signature = good.substr(good.rfind('.') + 1);
  const auto own = key_.public_key().id();
  const auto stranger = new_key();
  auto late = claims();
  late.audiences = {"api"};
  const std::string bad_signature = "[invalid bearer token, invalid signature, no keys found]";
  const struct {
    const char* what;
    std::string token, answer;
  } cases[] = {
      {"no algorithm", header("none", own) + "." + body + ".", "invalid bearer token"},
      {"HS256", header("HS256", own) + "." + body + "." + signature, "invalid bearer token"},
      {"another algorithm of ours", header("RS256", own) + "." + body + "." + signature,
       bad_signature},
      {"another key's name",
       header("ES256", old_key_.public_key().id()) + "." + body + "." + signature, bad_signature},
      {"a name that is none", header("ES256", "x") + "." + body + "." + signature, bad_signature},
      {"a stranger's key", *stranger.sign(claims().to_json()), bad_signature},
      {"other claims",
       header("ES256", own) + "." + encode_base64url(late.to_json()) + "." + signature,
       bad_signature},
      {"cut short", good.substr(0, good.size() - 2), bad_signature},
      {"without a signature", good.substr(0, good.rfind('.') + 1), bad_signature},
      {"two parts", good.substr(0, good.rfind('.')), "invalid bearer token"},
      {"huge", good + std::string(1 << 20, 'A'), "invalid bearer token"},
      {"empty parts", "..", "invalid bearer token"},
      {"nonsense", "nonsense", "invalid bearer token"},
  };
  for (const auto& one : cases) EXPECT_EQ(holder(one.token), one.answer) << one.what;
}

TEST_F(TokenTest, IsGoodFromItsBeginningToItsEnd) {
  const auto token = sign(claims());
  // Clocks may differ by a minute.
  now_ = kNow - 60;
  EXPECT_EQ(holder(token), kRobot);
  now_ = kNow - 61;
  EXPECT_THAT(holder(token), HasSubstr("service account token is not valid yet"));
  now_ = kNow + 3660;
  EXPECT_EQ(holder(token), kRobot);
  now_ = kNow + 3661;
  EXPECT_THAT(holder(token), HasSubstr("service account token has expired"));
}

TEST_F(TokenTest, IsForThoseItNames) {
  auto elsewhere = claims();
  elsewhere.audiences = {"vault"};
  EXPECT_EQ(
      holder(sign(elsewhere)),
      "[invalid bearer token, token audiences [\"vault\"] is invalid for the target audiences "
      "[\"api\"]]");
  EXPECT_EQ(holder(sign(elsewhere), {"vault"}), kRobot);
  auto stranger = claims();
  stranger.issuer = "https://stranger";
  EXPECT_EQ(holder(sign(stranger)), "invalid bearer token");
  stranger.issuer = "https://former";
  EXPECT_EQ(holder(sign(stranger)), kRobot);
}

TEST_F(TokenTest, OutlivesTheKeyThatSignedIt) {
  EXPECT_EQ(holder(*old_key_.sign(claims().to_json())), kRobot);
}

TEST_F(TokenTest, EndsWithItsAccount) {
  const auto token = sign(claims());
  ASSERT_EQ(holder(token), kRobot);
  remove("serviceaccounts", "prod/robot");
  EXPECT_THAT(holder(token), HasSubstr(R"(serviceaccounts "robot" not found)"));
  put("serviceaccounts", "prod/robot", "u5");
  EXPECT_THAT(holder(token), HasSubstr("service account UID (u5) does not match claim (u1)"));
  put("serviceaccounts", "prod/robot", "u1");
  EXPECT_EQ(holder(token), kRobot);
}

TEST_F(TokenTest, EndsWithWhatItIsBoundTo) {
  const struct {
    const char* plural;
    const char* key;
    const char* uid;
    std::optional<ObjectId> Claims::*member;
  } cases[] = {{"pods", "prod/web", "u2", &Claims::pod},
               {"secrets", "prod/lock", "u3", &Claims::secret},
               {"nodes", "n1", "u4", &Claims::node}};
  for (const auto& one : cases) {
    const std::string key = one.key;
    auto bound = claims();
    bound.*one.member = ObjectId{key.substr(key.find('/') + 1), one.uid};
    const auto token = sign(bound);
    EXPECT_EQ(holder(token), kRobot);
    put(one.plural, key, "other");
    EXPECT_THAT(holder(token), HasSubstr("UID (other) does not match")) << key;
    remove(one.plural, key);
    EXPECT_THAT(holder(token), HasSubstr("service account token has been invalidated")) << key;
  }
}

TEST_F(TokenTest, OfAPodOutlivesItByAMinute) {
  auto bound = claims();
  bound.pod = ObjectId{"web", "u2"};
  const auto token = sign(bound);
  now_ = kNow + 30;
  put("pods", "prod/web", "u2",
      R"(,"deletionTimestamp":")" + format_time(SystemTime(std::chrono::seconds(kNow))) + "\"");
  EXPECT_EQ(holder(token), kRobot);
  now_ = kNow + 61;
  EXPECT_THAT(holder(token), HasSubstr("service account token has been invalidated"));
}

TEST_F(TokenTest, OfASecretMustBeTheOneInIt) {
  const auto legacy = [&](const std::string& uid) {
    return *key_.sign(R"({"iss":"kubernetes/serviceaccount",)"
                      R"("kubernetes.io/serviceaccount/namespace":"prod",)"
                      R"("kubernetes.io/serviceaccount/secret.name":"old",)"
                      R"("kubernetes.io/serviceaccount/service-account.name":"robot",)"
                      R"("kubernetes.io/serviceaccount/service-account.uid":")" +
                      uid + R"(","sub":"system:serviceaccount:prod:robot"})");
  };
  const auto token = legacy("u1");
  EXPECT_THAT(holder(token), HasSubstr("Token has been invalidated"));
  put("secrets", "prod/old", "u6", "", base64_data({{"token", token}}));
  EXPECT_FALSE(used_);
  EXPECT_EQ(holder(token), kRobot);
  ASSERT_TRUE(used_);
  EXPECT_EQ(used_->name(), "old");
  used_ = nullptr;
  EXPECT_THAT(holder(legacy("u1")), HasSubstr("Token does not match server's copy"));
  put("secrets", "prod/old", "u6",
      R"(,"labels":{"kubernetes.io/legacy-token-invalid-since":"2026-01-01"})",
      base64_data({{"token", token}}));
  EXPECT_THAT(holder(token), HasSubstr("has been marked invalid"));
  EXPECT_FALSE(used_);
  const auto other = legacy("u0");
  put("secrets", "prod/old", "u6", "", base64_data({{"token", other}}));
  EXPECT_THAT(holder(other), HasSubstr("ServiceAccount UID (u1) does not match claim (u0)"));
}

TEST_F(TokenTest, IsRememberedWithinBounds) {
  // More than the four that are kept, twice: whatever was forgotten is verified anew.
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 10; ++i) {
      auto one = claims();
      one.id = std::to_string(i);
      EXPECT_EQ(holder(sign(one)), kRobot);
    }
}

TEST_F(TokenTest, OfBootstrapIsWhatItsSecretSays) {
  const auto put_token = [&](const std::string& more_key, const std::string& value,
                             const std::string& use = "true") {
    put("secrets", "kube-system/bootstrap-token-abcdef", "u7", "",
        R"("type":"bootstrap.kubernetes.io/token",)" +
            base64_data({{"token-id", "abcdef"},
                         {"token-secret", "0123456789abcdef"},
                         {"usage-bootstrap-authentication", use},
                         {more_key.c_str(), value}}));
  };
  const std::string token = "abcdef.0123456789abcdef";
  EXPECT_EQ(holder(token), "invalid bearer token");
  put_token("auth-extra-groups", "system:bootstrappers:workers");
  const auto found = tokens_.authenticate(token, {"api"});
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->identity.name, "system:bootstrap:abcdef");
  EXPECT_THAT(
      found->identity.groups,
      ElementsAre("system:bootstrappers", "system:bootstrappers:workers", "system:authenticated"));
  for (const char* bad : {"abcdef.0123456789abcdeg", "abcdef.0123456789abcde", "abcdef",
                          "ABCDEF.0123456789abcdef", "abcdeg.0123456789abcdef"})
    EXPECT_EQ(holder(bad), "invalid bearer token") << bad;
  put_token("auth-extra-groups", "system:masters");
  EXPECT_EQ(holder(token), "invalid bearer token");
  put_token("expiration", format_time(SystemTime(std::chrono::seconds(kNow + 5))));
  EXPECT_EQ(holder(token), "system:bootstrap:abcdef");
  now_ = kNow + 6;
  EXPECT_EQ(holder(token), "invalid bearer token");
  put_token("description", "none", "false");
  EXPECT_EQ(holder(token), "invalid bearer token");
}

TEST(StaticTokens, AreReadFromAFile) {
  auto made = make_static_tokens(
      "# who may what\ns3cret,jane,42,\"staff,admins\"\n\nother , john , 7\r\n", {"api"});
  ASSERT_TRUE(made.ok());
  const auto find = [&](const char* token, const Audiences& audiences = {"api"}) {
    return (*made)->authenticate(token, audiences);
  };
  const auto jane = find("s3cret");
  ASSERT_TRUE(jane.ok() && *jane);
  EXPECT_EQ((*jane)->identity.name, "jane");
  EXPECT_EQ((*jane)->identity.uid, "42");
  EXPECT_THAT((*jane)->identity.groups, ElementsAre("staff", "admins"));
  EXPECT_EQ((*find("other"))->identity.uid, "7");
  EXPECT_FALSE(*find("s3cre"));
  EXPECT_FALSE(find("s3cret", {"vault"}).ok());
  EXPECT_EQ(make_static_tokens("a,b\n", {}).status().message(),
            "line 1: not of the form token,user,uid,\"groups\"");
}

TEST(Claims, ReadWhatTheyWrite) {
  Claims claims;
  claims.issuer = "i";
  claims.audiences = {"a"};
  claims.subject = "s";
  claims.expires = 7;
  claims.ns = "n";
  claims.account = {"robot", "u"};
  claims.pod = ObjectId{"p", "v"};
  claims.node = ObjectId{"m", ""};
  claims.warn_after = 5;
  EXPECT_EQ(
      claims.to_json(),
      R"({"aud":["a"],"exp":7,"iss":"i","kubernetes.io":{"namespace":"n","node":{"name":"m"},)"
      R"("pod":{"name":"p","uid":"v"},"serviceaccount":{"name":"robot","uid":"u"},)"
      R"("warnafter":5},"sub":"s"})");
  EXPECT_EQ(Claims::parse(claims.to_json())->to_json(), claims.to_json());
  EXPECT_EQ(Claims::parse(R"({"aud":"one","exp":1.9})")->expires, 1);
  EXPECT_THAT(Claims::parse(R"({"aud":"one"})")->audiences, ElementsAre("one"));
  for (const char* bad :
       {"[]", R"({"iss":1})", R"({"aud":[1]})", R"({"exp":"1"})", R"({"exp":1e300})",
        R"({"kubernetes.io":[]})", R"({"kubernetes.io":{"pod":"p"}})", R"({"iss":"a","iss":"b"})"})
    EXPECT_FALSE(Claims::parse(bad).ok()) << bad;
}

}  // namespace
}  // namespace kubus::apiserver
