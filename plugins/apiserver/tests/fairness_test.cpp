// Priority and fairness over HTTPS: one client floods, others get through; objects and dumps.
#include <gmock/gmock.h>

#include <vector>

#include "tests/acting_fixture.h"
#include "tests/hook_server.h"
#include "tests/own_plane.h"

namespace kubus::apiserver {
namespace {

using testing::eventually;
using ::testing::HasSubstr;

constexpr const char* kFlow = "/apis/flowcontrol.apiserver.k8s.io/v1";
constexpr const char* kHooks =
    "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
constexpr const char* kConfigMaps = "/api/v1/namespaces/default/configmaps";

class FairnessTest : public ActingTest {
 protected:
  void SetUp() override {
    ActingTest::SetUp();
    if (IsSkipped()) return;
    hooks_.on("/hold", [](const std::string&) { return std::string(R"("allowed":true)"); });
  }
  void TearDown() override {
    if (IsSkipped()) return;
    hooks_.let_go("/hold");
    as("", "DELETE", std::string(kHooks) + "/hold");
    as("", "DELETE", std::string(kFlow) + "/flowschemas/narrow");
    as("", "DELETE", std::string(kFlow) + "/prioritylevelconfigurations/narrow");
  }

  static constexpr const char* kQueues =
      R"({"type":"Queue","queuing":{"queues":64,"handSize":2,"queueLengthLimit":1}})";

  // A level of one share, which is three seats, for these users.
  void make_narrow(const std::vector<std::string>& users, const std::string& response = kQueues) {
    const auto level = as("", "POST", std::string(kFlow) + "/prioritylevelconfigurations", R"({
        "metadata":{"name":"narrow"},"spec":{"type":"Limited","limited":{
          "nominalConcurrencyShares":1,"lendablePercent":0,"borrowingLimitPercent":0,
          "limitResponse":)" + response + "}}}");
    ASSERT_EQ(level.code, 201) << level.body;
    level_uid_ = level.at("metadata.uid");
    std::string subjects;
    for (const auto& user : users)
      subjects += (subjects.empty() ? "" : ",") +
                  std::string(R"({"kind":"User","user":{"name":")") + user + "\"}}";
    const auto schema = as("", "POST", std::string(kFlow) + "/flowschemas", R"({
        "metadata":{"name":"narrow"},"spec":{"matchingPrecedence":50,
          "priorityLevelConfiguration":{"name":"narrow"},"distinguisherMethod":{"type":"ByUser"},
          "rules":[{"subjects":[)" + subjects + R"(],"resourceRules":[{"verbs":["*"],
            "apiGroups":["*"],"resources":["*"],"namespaces":["*"]}]}]}})");
    ASSERT_EQ(schema.code, 201) << schema.body;
    schema_uid_ = schema.at("metadata.uid");
    for (const auto& user : users) grant(user, rule("\"*\"", "\"*\"", "\"*\""));
  }
  // Creations of config maps take until the hook lets them go.
  void hold_creations() {
    hooks_.hang("/hold");
    const auto made = as("", "POST", kHooks,
                         R"({"metadata":{"name":"hold"},"webhooks":[{
        "name":"hold.example.com","sideEffects":"None","admissionReviewVersions":["v1"],
        "timeoutSeconds":30,"clientConfig":{"url":")" +
                             hooks_.url("/hold") + R"(","caBundle":")" + hooks_.ca_bundle() +
                             R"("},"rules":[{"operations":["CREATE"],
        "apiGroups":[""],"apiVersions":["v1"],"resources":["configmaps"]}]}]})");
    ASSERT_EQ(made.code, 201) << made.body;
  }
  // Sent, and not yet read.
  std::unique_ptr<Client> begin_creation(const std::string& user, const std::string& name) const {
    const auto body = R"({"metadata":{"name":")" + name + "\"}}";
    auto client = connect();
    client->send("POST " + std::string(kConfigMaps) +
                 " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nImpersonate-User: " + user +
                 "\r\nContent-Type: application/json\r\nContent-Length: " +
                 std::to_string(body.size()) + "\r\n\r\n" + body);
    return client;
  }
  std::string dump(const std::string& what) const {
    return as("", "GET", "/debug/api_priority_and_fairness/dump_" + what).body;
  }
  // The cells of the line about the level.
  std::string narrow_line() const {
    const auto text = dump("priority_levels");
    const auto at = text.find("\nnarrow,");
    auto line = text.substr(at + 1, text.find('\n', at + 1) - at - 1);
    std::erase(line, ' ');
    return line;
  }

  HookServer hooks_;
  std::string level_uid_, schema_uid_;
};

TEST_F(FairnessTest, AFloodOfOneClientIsBoundedAndOthersGetThrough) {
  make_narrow({"abuser", "neighbour"});
  hold_creations();
  std::vector<std::unique_ptr<Client>> flood;
  for (int i = 0; i < 10; ++i) flood.push_back(begin_creation("abuser", "f" + std::to_string(i)));
  // Three are executed, one waits in each of two queues, and five are turned away.
  ASSERT_TRUE(eventually([&] {
    return narrow_line().starts_with("narrow,2,false,false,2,3,3,5,");
  })) << narrow_line();
  EXPECT_TRUE(eventually([&] { return hooks_.questions("/hold").size() == 3; }));
  expect_served();
  EXPECT_EQ(as("", "GET", "/api/v1/pods").code, 200);
  // One of the same level, whose queue has room.
  const auto neighbour = begin_creation("neighbour", "n");
  ASSERT_TRUE(eventually([&] {
    return narrow_line().starts_with("narrow,3,false,false,3,3,3,5,");
  })) << narrow_line();
  EXPECT_THAT(dump("requests?includeRequestDetails=1"),
              HasSubstr("neighbour create /api/v1/namespaces/default/configmaps"));
  hooks_.let_go("/hold");
  EXPECT_EQ(status(neighbour->rest()), 201);
  int made = 0, refused = 0;
  for (const auto& client : flood) {
    const auto answer = client->rest();
    made += status(answer) == 201;
    if (status(answer) != 429) continue;
    ++refused;
    EXPECT_THAT(answer, HasSubstr("\r\nRetry-After: "));
    EXPECT_EQ(body_of(answer), "Too many requests, please try again later.\n");
    EXPECT_THAT(answer, HasSubstr(level_uid_));
  }
  EXPECT_EQ(made, 5);
  EXPECT_EQ(refused, 5);
  EXPECT_TRUE(eventually([&] { return narrow_line().starts_with("narrow,0,true,false,0,0,6,5,"); }))
      << narrow_line();
  const auto metrics = as("", "GET", "/metrics").body;
  const std::string labels = R"({flow_schema="narrow",priority_level="narrow")";
  EXPECT_THAT(metrics, HasSubstr("apiserver_flowcontrol_rejected_requests_total" + labels +
                                 R"(,reason="queue-full"} 5)"));
  const std::string posts =
      R"(component="apiserver",group="",resource="configmaps",scope="resource",subresource="",)"
      R"(verb="POST",version="v1"})";
  EXPECT_THAT(metrics, HasSubstr("apiserver_request_terminations_total{code=\"429\"," + posts));
  EXPECT_THAT(metrics, HasSubstr("apiserver_request_total{code=\"429\",component=\"apiserver\","
                                 "dry_run=\"\",group=\"\",resource=\"configmaps\","));
  EXPECT_THAT(metrics,
              HasSubstr("apiserver_flowcontrol_dispatched_requests_total" + labels + "} 6"));
  EXPECT_THAT(metrics, HasSubstr("apiserver_flowcontrol_current_executing_seats" + labels + "} 0"));
  EXPECT_THAT(metrics,
              HasSubstr("apiserver_flowcontrol_nominal_limit_seats{priority_level=\"narrow\"} 3"));
}

TEST_F(FairnessTest, AClientThatLeavesGivesItsPlaceUp) {
  make_narrow({"leaver"});
  hold_creations();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(begin_creation("leaver", "l" + std::to_string(i)));
  ASSERT_TRUE(eventually([&] { return hooks_.questions("/hold").size() == 3; }));
  clients.push_back(begin_creation("leaver", "l3"));
  ASSERT_TRUE(eventually([&] {
    return narrow_line().starts_with("narrow,2,false,false,1,3,3,0,0,0");
  })) << narrow_line();
  auto http2 = connect_http2();
  const auto stream = http2->begin(
      "POST", kConfigMaps, {{"impersonate-user", "leaver"}, {"content-type", "application/json"}},
      R"({"metadata":{"name":"l4"}})");
  http2->flush();
  ASSERT_TRUE(eventually([&] {
    return narrow_line().starts_with("narrow,2,false,false,2,3,3,0,0,0");
  })) << narrow_line();
  http2->cancel(stream);
  http2->flush();
  EXPECT_TRUE(eventually([&] {
    return narrow_line().starts_with("narrow,2,false,false,1,3,3,0,0,1");
  })) << narrow_line();
  // Three of them are executed, and the fourth is gone.
  clients.pop_back();
  EXPECT_TRUE(eventually([&] {
    return narrow_line().starts_with("narrow,2,false,false,0,3,3,0,0,2");
  })) << narrow_line();
  EXPECT_THAT(as("", "GET", "/metrics").body,
              HasSubstr(R"(apiserver_flowcontrol_rejected_requests_total{flow_schema="narrow",)"
                        R"(priority_level="narrow",reason="cancelled"} 2)"));
  // Those that are executed have nobody either, and give back their seats.
  clients.clear();
  EXPECT_TRUE(eventually([&] {
    return narrow_line().starts_with("narrow,0,true,false,0,0,3,0,0,2");
  })) << narrow_line();
}

TEST_F(FairnessTest, PluginsHaveTheirTurnBesideClients) {
  make_narrow({"rival", "system:kubus:plugin:tester"}, R"({"type":"Reject"})");
  hold_creations();
  std::vector<std::unique_ptr<Client>> rivals;
  for (int i = 0; i < 3; ++i) rivals.push_back(begin_creation("rival", "r" + std::to_string(i)));
  ASSERT_TRUE(eventually([&] {
    return narrow_line().starts_with("narrow,0,false,false,0,3,3,0,");
  })) << narrow_line();
  const auto refused = get("/configmaps", "default", "kube-root-ca.crt");
  EXPECT_EQ(refused.code, 429) << refused.body;
  EXPECT_EQ(refused.at("reason"), "TooManyRequests");
  hooks_.let_go("/hold");
  for (const auto& rival : rivals) EXPECT_EQ(status(rival->rest()), 201);
  EXPECT_NE(get("/configmaps", "default", "r0").code, 429);
  as("", "DELETE", std::string(kFlow) + "/flowschemas/narrow");
  const auto dispatched = [&] {
    const auto metrics = as("", "GET", "/metrics").body;
    const std::string name = R"(apiserver_flowcontrol_dispatched_requests_total{flow_schema=)"
                             R"("system-nodes",priority_level="system"} )";
    const auto at = metrics.find(name);
    return at == metrics.npos ? 0 : std::stoi(metrics.substr(at + name.size()));
  };
  EXPECT_TRUE(eventually([&] {
    const auto before = dispatched();
    get("/configmaps", "default", "r0");
    return dispatched() > before;
  }));
}

TEST_F(FairnessTest, AnswersSayWhichSchemaAndLevelTheyAreOf) {
  make_narrow({"reader"});
  const auto answer = exchange("GET", kConfigMaps, "", "", "Impersonate-User: reader\r\n");
  EXPECT_THAT(answer, HasSubstr("X-Kubernetes-Pf-Flowschema-Uid: " + schema_uid_ + "\r\n"));
  EXPECT_THAT(answer, HasSubstr("X-Kubernetes-Pf-Prioritylevel-Uid: " + level_uid_ + "\r\n"));
  const auto exempt = as("", "GET", std::string(kFlow) + "/flowschemas/exempt");
  EXPECT_THAT(exchange("GET", "/version"),
              HasSubstr("X-Kubernetes-Pf-Flowschema-Uid: " + exempt.at("metadata.uid")));
}

TEST_F(FairnessTest, WatchesHoldTheirSeatsOnlyUntilTheyAreSetUp) {
  make_narrow({"watcher"});
  std::vector<std::unique_ptr<Client>> watches;
  for (int i = 0; i < 8; ++i) {
    watches.push_back(connect());
    watches.back()->send("GET " + std::string(kConfigMaps) +
                         "?watch=1 HTTP/1.1\r\nHost: x\r\nImpersonate-User: watcher\r\n\r\n");
    EXPECT_EQ(status(watches.back()->until("\r\n\r\n")), 200);
  }
  EXPECT_TRUE(eventually([&] { return narrow_line().starts_with("narrow,0,true,false,0,0,8,0,"); }))
      << narrow_line();
}

TEST_F(FairnessTest, ASchemaThatPointsNowhereSaysSo) {
  make_narrow({"lost"});
  const auto is = [&](const std::string& text) {
    return eventually([&] {
      return as("", "GET", std::string(kFlow) + "/flowschemas/narrow").body.find(text) !=
             std::string::npos;
    });
  };
  EXPECT_TRUE(is(R"("status":"False","lastTransitionTime")"));
  EXPECT_EQ(as("", "DELETE", std::string(kFlow) + "/prioritylevelconfigurations/narrow").code, 200);
  EXPECT_TRUE(is(R"("reason":"NotFound","message":"This FlowSchema references the )"
                 R"(PriorityLevelConfiguration object named \"narrow\" but there is no such )"
                 R"(object")"));
}

class FairnessDefaults : public OwnPlaneTest {
 protected:
  Result<std::string> on(const std::string& verb, const std::string& plural,
                         const std::string& name, const std::string& body = "") {
    return ApiClient::of(tester_->context())
        ->raw({verb,
               "flowcontrol.apiserver.k8s.io",
               "v1",
               plural,
               "",
               name,
               "",
               {},
               body,
               verb == "patch" ? "application/merge-patch+json" : ""});
  }
  std::string get(const std::string& plural, const std::string& name) {
    const auto got = on("get", plural, name);
    return got.ok() ? *got : got.status().to_string();
  }
};

TEST_F(FairnessDefaults, AreMadeAndPutRightAtTheNextStart) {
  for (const auto* name : {"exempt", "catch-all", "system", "node-high", "leader-election",
                           "workload-high", "workload-low", "global-default"})
    EXPECT_THAT(get("prioritylevelconfigurations", name),
                HasSubstr(R"("apf.kubernetes.io/autoupdate-spec":"true")"));
  EXPECT_THAT(get("flowschemas", "probes"), HasSubstr(R"("matchingPrecedence":2)"));
  EXPECT_TRUE(eventually([&] {
    return get("flowschemas", "catch-all").find(R"("type":"Dangling","status":"False")") !=
           std::string::npos;
  }));
  for (const auto& [plural, change] :
       {std::pair("flowschemas", R"({"spec":{"matchingPrecedence":77}})"),
        std::pair("prioritylevelconfigurations",
                  R"({"spec":{"limited":{"nominalConcurrencyShares":6}}})")}) {
    const auto changed = on("patch", plural, "catch-all", change);
    EXPECT_EQ(changed.code(), Code::kInvalid);
    EXPECT_THAT(changed.status().message(),
                HasSubstr("spec of 'catch-all' must equal the fixed value"));
  }
  EXPECT_TRUE(on("patch", "prioritylevelconfigurations", "exempt",
                 R"({"spec":{"exempt":{"lendablePercent":10}}})")
                  .ok());
  ASSERT_TRUE(on("patch", "flowschemas", "system-nodes", R"({"metadata":{"annotations":
      {"apf.kubernetes.io/autoupdate-spec":"false"}},"spec":{"matchingPrecedence":78}})")
                  .ok());
  ASSERT_TRUE(on("delete", "prioritylevelconfigurations", "system").ok());
  ASSERT_TRUE(on("create", "prioritylevelconfigurations", "", R"({"metadata":{"name":"former",
      "annotations":{"apf.kubernetes.io/autoupdate-spec":"true"}},"spec":{"type":"Limited",
      "limited":{"nominalConcurrencyShares":1,"limitResponse":{"type":"Reject"}}}})")
                  .ok());
  plane_->restart_apiserver();
  EXPECT_THAT(get("flowschemas", "catch-all"), HasSubstr(R"("matchingPrecedence":10000)"));
  EXPECT_THAT(get("flowschemas", "system-nodes"), HasSubstr(R"("matchingPrecedence":78)"));
  EXPECT_THAT(get("prioritylevelconfigurations", "system"), HasSubstr(R"("queues":64)"));
  EXPECT_THAT(get("prioritylevelconfigurations", "former"), HasSubstr("not found"));
}

}  // namespace
}  // namespace kubus::apiserver
