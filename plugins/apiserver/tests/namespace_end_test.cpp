// Objects that were let into a namespace just before its end began.
#include <gmock/gmock.h>

#include "eventually.h"
#include "registry/arrivals.h"
#include "tests/hook_server.h"
#include "tests/https_fixture.h"

namespace kubus::apiserver {
namespace {

constexpr const char* kConfigurations =
    "admissionregistration.k8s.io/validatingwebhookconfigurations";

class NamespaceEndTest : public HttpsTest {
 protected:
  void TearDown() override { call("delete", kConfigurations, "", "slow"); }

  int finalize() const {
    return call("update", "/namespaces/finalize", "", "leaving",
                R"({"metadata":{"name":"leaving"},"spec":{}})")
        .code;
  }
  HookServer server_;
};

TEST_F(NamespaceEndTest, WaitsForWhatIsOnItsWay) {
  ASSERT_EQ(create("/namespaces", "", R"({"metadata":{"name":"leaving"}})").code, 201);
  server_.on("/slow", [](const std::string&) { return "\"allowed\":true"; });
  server_.hang("/slow");
  ASSERT_EQ(create(kConfigurations, "",
                   R"({"metadata":{"name":"slow"},"webhooks":[{"name":"slow.example.com",)"
                   R"("clientConfig":{"url":")" +
                       server_.url("/slow") + R"(","caBundle":")" + server_.ca_bundle() +
                       R"("},"admissionReviewVersions":["v1"],"sideEffects":"None",)"
                       R"("timeoutSeconds":30,"rules":[{"operations":["CREATE"],"apiGroups":[""],)"
                       R"("apiVersions":["v1"],"resources":["configmaps"]}]}]})")
                .code,
            201);
  const std::string body = R"({"metadata":{"name":"guest"}})";
  auto client = connect();
  client->send(
      "POST /api/v1/namespaces/leaving/configmaps HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
      "Content-Type: application/json\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body);
  ASSERT_TRUE(testing::eventually([&] { return !server_.questions("/slow").empty(); }));
  EXPECT_EQ(call("delete", "/namespaces", "", "leaving").at("status.phase"), "Terminating");
  EXPECT_EQ(finalize(), 409) << "something is on its way";
  server_.let_go("/slow");
  EXPECT_EQ(status(client->rest()), 201);
  // The end of the call, which is after its answer.
  int code = 0;
  EXPECT_TRUE(testing::eventually([&] {
    code = finalize();
    return code != 409;
  }));
  EXPECT_EQ(code, 200);
  EXPECT_EQ(get("/namespaces", "", "leaving").code, 404);
}

TEST_F(NamespaceEndTest, TellsOnceOfWhatHasCome) {
  ClusterCache cache(16);
  Arrivals arrivals(cache);
  EXPECT_TRUE(arrivals.settled("a"));
  auto first = arrivals.enter("a");
  auto second = arrivals.enter("a");
  EXPECT_FALSE(arrivals.settled("a"));
  EXPECT_TRUE(arrivals.settled("b"));
  first.reset();
  EXPECT_FALSE(arrivals.settled("a"));
  second.reset();
  EXPECT_TRUE(arrivals.settled("a")) << "it has not begun to end";
  cache.reset(ClusterCache::Filling(cache), 1);
  auto third = arrivals.enter("a");
  cache.apply({{"/registry/core/namespaces/a",
                R"({"metadata":{"name":"a","deletionTimestamp":"2026-01-01T00:00:00Z"}})", 2}},
              2);
  third.reset();
  EXPECT_FALSE(arrivals.settled("a"));
  EXPECT_TRUE(arrivals.settled("a"));
}

}  // namespace
}  // namespace kubus::apiserver
