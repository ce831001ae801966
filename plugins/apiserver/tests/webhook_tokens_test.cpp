// Tokens that nobody here knows are shown to another server.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <future>
#include <map>

#include "eventually.h"
#include "http2_client.h"
#include "kubus/pki/files.h"
#include "tests/own_plane.h"
#include "tests/series_value.h"
#include "tests/webhook_kubeconfig.h"
#include "tls_client.h"
#include "token/webhook_tokens.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kAnn =
    R"({"status":{"authenticated":true,"user":{"username":"ann","uid":"7","groups":["devs"],)"
    R"("extra":{"example.org/team":["a","b"]}}}})";
constexpr const char* kNobody = R"({"status":{"authenticated":false}})";

class WebhookTokens : public OwnPlaneTest {
 protected:
  void SetUp() override {
    OwnPlaneTest::SetUp();
    if (IsSkipped()) return;
    say(kNobody);
    restart();
  }
  void restart(std::map<std::string, std::string> more = {}) {
    const auto tokens = dir_.path() + "/tokens.csv";
    std::ofstream(tokens) << "jane-token,jane,7,\"staff\"\n";
    more.merge(std::map<std::string, std::string>{
        {"authentication_token_webhook_config_file",
         write_webhook_kubeconfig(hooks_, "/tokens", dir_.path() + "/webhook.yaml")},
        {"token_auth_file", tokens}});
    plane_->restart_apiserver(more);
  }
  void say(const std::string& answer) {
    hooks_.on_whole("/tokens", [answer](const std::string&) { return answer; });
  }
  // Asks who it is, and does not read what it is told.
  std::unique_ptr<testing::TlsClient> begin(const std::string& token,
                                            const std::string& query = "") {
    auto client = std::make_unique<testing::TlsClient>(
        plane_->https_port(), *pki::read_file(plane_->cert_dir() + "/ca.crt"));
    client->send("POST /apis/authentication.k8s.io/v1/selfsubjectreviews" + query +
                 " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer " + token +
                 "\r\nContent-Length: 2\r\n\r\n{}");
    return client;
  }
  std::string who_am_i(const std::string& token, const std::string& query = "") {
    return begin(token, query)->rest();
  }
  // A TokenReview of the tester's.
  std::string review(const std::string& spec) {
    const auto answer = ApiClient::of(tester_->context())
                            ->raw({"create", "authentication.k8s.io", "v1", "tokenreviews", "", "",
                                   "", {}, R"({"spec":)" + spec + "}", ""});
    return answer.ok() ? json::serialize(json::parse(*answer).at("status"))
                       : answer.status().message();
  }
  std::vector<std::string> questions() const { return hooks_.questions("/tokens"); }

  HookServer hooks_;
};

TEST_F(WebhookTokens, SayWhoItIs) {
  say(kAnn);
  const auto answer = who_am_i("abc");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 201"));
  EXPECT_EQ(json::parse(answer.substr(answer.find("\r\n\r\n") + 4)).at_pointer("/status/userInfo"),
            json::parse(R"({"username":"ann","uid":"7","groups":["devs","system:authenticated"],
                            "extra":{"example.org/team":["a","b"]}})"));
  ASSERT_EQ(questions().size(), 1U);
  EXPECT_EQ(json::parse(questions().front()),
            json::parse(R"({"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1beta1",
                "metadata":{},"spec":{"token":"abc",
                "audiences":["https://kubernetes.default.svc.cluster.local"]},
                "status":{"user":{}}})"));
}

TEST_F(WebhookTokens, AreNotAskedAboutWhatIsKnownHere) {
  EXPECT_THAT(who_am_i("jane-token"), HasSubstr(R"("username":"jane")"));
  EXPECT_THAT(questions(), IsEmpty());
}

TEST_F(WebhookTokens, AreRememberedWhateverTheySay) {
  say(kAnn);
  for (int i = 0; i < 3; ++i) EXPECT_THAT(who_am_i("abc"), StartsWith("HTTP/1.1 201"));
  say(kNobody);
  for (int i = 0; i < 3; ++i) EXPECT_THAT(who_am_i("xyz"), StartsWith("HTTP/1.1 401"));
  EXPECT_EQ(questions().size(), 2U);
  // Not for ever, and not at all where that is asked for.
  restart({{"authentication_token_webhook_cache_ttl", "0s"}});
  for (int i = 0; i < 2; ++i) EXPECT_THAT(who_am_i("xyz"), StartsWith("HTTP/1.1 401"));
  EXPECT_EQ(questions().size(), 4U);
}

TEST_F(WebhookTokens, TroublesAreNotRemembered) {
  hooks_.on_raw("/tokens", 403, "who are you");
  EXPECT_THAT(who_am_i("abc"), AllOf(StartsWith("HTTP/1.1 401"), HasSubstr("Unauthorized"),
                                     Not(HasSubstr("who are you"))));
  EXPECT_THAT(review(R"({"token":"abc"})"),
              HasSubstr(R"("error":"[invalid bearer token, who are you]")"));
  hooks_.on_raw("/tokens", 200, kAnn);
  EXPECT_THAT(who_am_i("abc"), StartsWith("HTTP/1.1 201"));
}

TEST_F(WebhookTokens, AreCountedByWhetherTheyWereRemembered) {
  const auto value = [](const char* what, const char* status) {
    return series_value(std::string("authentication_token_cache_") + what + "{status=\"" + status +
                        "\"}");
  };
  const auto hits = value("request_total", "hit"), misses = value("request_total", "miss");
  const auto timed = value("request_duration_seconds_count", "miss");
  const auto good = value("fetch_total", "ok"), bad = value("fetch_total", "error");
  say(kAnn);
  hooks_.hang("/tokens");
  std::vector<std::future<std::string>> waiting;
  for (int i = 0; i < 3; ++i)
    waiting.push_back(std::async(std::launch::async, [this] { return who_am_i("abc"); }));
  EXPECT_TRUE(testing::eventually([&] { return value("active_fetch_count", "blocked") == 3; }));
  EXPECT_EQ(value("active_fetch_count", "in_flight"), 1);
  hooks_.let_go("/tokens");
  for (auto& one : waiting) EXPECT_THAT(one.get(), StartsWith("HTTP/1.1 201"));
  EXPECT_THAT(who_am_i("abc"), StartsWith("HTTP/1.1 201"));
  hooks_.on_raw("/tokens", 403, "who are you");
  EXPECT_THAT(who_am_i("xyz"), StartsWith("HTTP/1.1 401"));
  EXPECT_EQ(value("request_total", "miss"), misses + 4);
  EXPECT_EQ(value("request_duration_seconds_count", "miss"), timed + 4);
  EXPECT_EQ(value("request_total", "hit"), hits + 1);
  EXPECT_EQ(value("fetch_total", "ok"), good + 1);
  EXPECT_EQ(value("fetch_total", "error"), bad + 1);
  EXPECT_EQ(value("active_fetch_count", "blocked"), 0);
  EXPECT_EQ(value("active_fetch_count", "in_flight"), 0);
}

TEST_F(WebhookTokens, WhatTheyFindWrongIsSaidInReviews) {
  say(R"({"status":{"authenticated":false,"error":"the token was withdrawn"}})");
  EXPECT_EQ(review(R"({"token":"abc"})"),
            R"({"user":{},"error":"[invalid bearer token, the token was withdrawn]"})");
}

TEST_F(WebhookTokens, AreMeantForSomebody) {
  say(R"({"status":{"authenticated":true,"user":{"username":"ann"},"audiences":["vault","x"]}})");
  EXPECT_THAT(review(R"({"token":"abc","audiences":["vault","api"]})"),
              AllOf(HasSubstr(R"("authenticated":true)"), HasSubstr(R"("audiences":["vault"])")));
  EXPECT_EQ(json::parse(questions().back()).at_pointer("/spec/audiences"),
            json::parse(R"(["vault","api"])"));
  EXPECT_THAT(who_am_i("abc"), StartsWith("HTTP/1.1 401"));
}

TEST_F(WebhookTokens, ManyWaitForOneAnswerAndNobodyElseDoes) {
  say(kAnn);
  hooks_.hang("/tokens");
  std::vector<std::future<std::string>> waiting;
  for (int i = 0; i < 8; ++i)
    waiting.push_back(std::async(std::launch::async, [this] { return who_am_i("abc"); }));
  ASSERT_TRUE(testing::eventually([&] { return !questions().empty(); }));
  EXPECT_THAT(who_am_i("jane-token"), StartsWith("HTTP/1.1 201"));
  hooks_.let_go("/tokens");
  for (auto& one : waiting) EXPECT_THAT(one.get(), StartsWith("HTTP/1.1 201"));
  EXPECT_EQ(questions().size(), 1U);
}

TEST_F(WebhookTokens, ARequestHasItsTimeWhoeverIsAsked) {
  hooks_.hang("/tokens");
  EXPECT_THAT(who_am_i("abc", "?timeout=300ms"), StartsWith("HTTP/1.1 504"));
  EXPECT_THAT(who_am_i("abc", "?timeout=soon"), StartsWith("HTTP/1.1 400"));
  // A server that ends waits for nobody.
  auto waiting = std::async(std::launch::async, [this] { return who_am_i("def"); });
  ASSERT_TRUE(testing::eventually([&] { return questions().size() == 2; }));
  restart();
  waiting.wait();
}

TEST_F(WebhookTokens, AreAskedAboutAsLongAsSomebodyWaits) {
  say(kAnn);
  hooks_.hang("/tokens");
  const auto ca = *pki::read_file(plane_->cert_dir() + "/ca.crt");
  testing::Http2Client first(plane_->https_port(), ca), second(plane_->https_port(), ca);
  const testing::HeaderFields fields{{"authorization", "Bearer abc"}};
  const auto one = first.begin("GET", "/version", fields);
  ASSERT_TRUE(testing::eventually([&] { return questions().size() == 1; }));
  const auto other = second.begin("GET", "/version", fields);
  // What a connection has sent is seen in order.
  EXPECT_EQ(second.get("/version").status, 200);
  first.cancel(one);
  EXPECT_EQ(first.get("/version").status, 200);
  EXPECT_THAT(who_am_i("abc", "?timeout=300ms"), StartsWith("HTTP/1.1 504"));
  EXPECT_EQ(hooks_.given_up("/tokens"), 0U);
  second.cancel(other);
  EXPECT_TRUE(testing::eventually([&] { return hooks_.given_up("/tokens") == 1; }));
  EXPECT_EQ(questions().size(), 1U);
  // Whoever comes then asks anew.
  auto third = begin("abc");
  ASSERT_TRUE(testing::eventually([&] { return questions().size() == 2; }));
  hooks_.let_go("/tokens");
  EXPECT_THAT(third->rest(), StartsWith("HTTP/1.1 201"));
}

TEST_F(WebhookTokens, ComeAmongTheSubprotocolsToo) {
  say(kAnn);
  testing::TlsClient client(plane_->https_port(),
                            *pki::read_file(plane_->cert_dir() + "/ca.crt"));
  client.send("GET /api/v1/namespaces/default/configmaps?watch=1 HTTP/1.1\r\nHost: x\r\n"
              "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: https://x\r\n"
              "Sec-WebSocket-Protocol: base64url.bearer.authorization.k8s.io.YWJj,"
              "base64.binary.k8s.io\r\n\r\n");
  // Known, and not allowed to.
  EXPECT_THAT(client.until("\r\n\r\n"), StartsWith("HTTP/1.1 403"));
  EXPECT_EQ(json::parse(questions().back()).at_pointer("/spec/token"), "abc");
}

TEST_F(WebhookTokens, MustBeConfiguredWithWhatCanBeRead) {
  EXPECT_THROW(restart({{"authentication_token_webhook_config_file", "/nowhere"}}),
               std::runtime_error);
  EXPECT_THROW(restart({{"authentication_token_webhook_version", "v2"}}), std::runtime_error);
}

TEST(TokenReviews, AreReadWithCare) {
  const auto read = [](const char* text, const Audiences& wanted) {
    auto holder = read_token_review(json::parse(text).as_object(), wanted, {"api"});
    if (!holder.ok()) return "refused: " + std::string(holder.status().message());
    return *holder ? (*holder)->identity.name : "nobody";
  };
  EXPECT_EQ(read(kAnn, {"api"}), "ann");
  // Without audiences it is meant for this server.
  EXPECT_EQ(read(kAnn, {"vault"}), "nobody");
  EXPECT_EQ(read(R"({})", {"api"}), "nobody");
  EXPECT_EQ(read(R"({"status":{"authenticated":"true"}})", {"api"}), "nobody");
  EXPECT_EQ(read(R"({"status":{"error":"no"}})", {"api"}), "refused: no");
  EXPECT_THAT(read(R"({"status":{"authenticated":true,"user":{"groups":[1]}}})", {"api"}),
              StartsWith("refused: "));
}

}  // namespace
}  // namespace kubus::apiserver
