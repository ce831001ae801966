// APIServices: those of this server, and the servers of others.
#include <gmock/gmock.h>

#include "aggregation/remote_kinds.h"
#include "eventually.h"
#include "proxy/forwarded.h"
#include "tests/api_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;

constexpr const char* kServices = "apiregistration.k8s.io/apiservices";

using AggregationTest = ApiTest;

TEST_F(AggregationTest, EveryGroupAndVersionHasALocalService) {
  const auto available = [](const std::string& name) {
    const auto service = get(kServices, "", name);
    return service.code == 200 &&
           service.body.find(R"("reason":"Local","message":"Local APIServices are always)") !=
               std::string::npos;
  };
  for (const auto* name : {"v1.", "v1.apps", "v1.autoscaling", "v2.autoscaling", "v1.batch"})
    EXPECT_TRUE(testing::eventually([&] { return available(name); })) << name;
  const auto apps = get(kServices, "", "v1.apps");
  EXPECT_EQ(apps.at("spec.groupPriorityMinimum"), "17800");
  EXPECT_EQ(apps.at("spec.versionPriority"), "15");
  EXPECT_EQ(get(kServices, "", "v1.apiregistration.k8s.io").code, 404);
}

TEST_F(AggregationTest, CustomKindsBringTheirServiceAndTakeItAway) {
  const auto made = create(
      "apiextensions.k8s.io/customresourcedefinitions", "",
      R"({"metadata":{"name":"gadgets.aggregation.example.com"},"spec":{"scope":"Namespaced",)"
      R"("group":"aggregation.example.com","names":{"plural":"gadgets","kind":"Gadget"},)"
      R"("versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":)"
      R"({"type":"object"}}}]}})");
  ASSERT_EQ(made.code, 201) << made.body;
  const auto code = [] { return get(kServices, "", "v1.aggregation.example.com").code; };
  EXPECT_TRUE(testing::eventually([&] { return code() == 200; }));
  EXPECT_THAT(get(kServices, "", "v1.aggregation.example.com").body,
              HasSubstr(R"("kube-aggregator.kubernetes.io/automanaged":"true")"));
  call("delete", "apiextensions.k8s.io/customresourcedefinitions", "",
       "gadgets.aggregation.example.com");
  EXPECT_TRUE(testing::eventually([&] { return code() == 404; }));
}

TEST_F(AggregationTest, SaysWhyAServerIsNotAvailable) {
  const auto service = [](const std::string& port) {
    return R"({"metadata":{"name":"v1.absent.example.com"},"spec":{"group":"absent.example.com",)"
           R"("version":"v1","insecureSkipTLSVerify":true,"groupPriorityMinimum":100,)"
           R"("versionPriority":10,"service":{"namespace":"default","name":"absent","port":)" +
           port + "}}}";
  };
  const auto says = [](const std::string& reason, const std::string& message) {
    return testing::eventually([&] {
      const auto body = get(kServices, "", "v1.absent.example.com").body;
      return body.find("\"status\":\"False\"") != std::string::npos &&
             body.find("\"reason\":\"" + reason + '"') != std::string::npos &&
             body.find(message) != std::string::npos;
    });
  };
  ASSERT_EQ(create(kServices, "", service("443")).code, 201);
  EXPECT_TRUE(says("ServiceNotFound", R"(service/absent in \"default\" is not present)"));
  ASSERT_EQ(create("/services", "default",
                   R"({"metadata":{"name":"absent"},"spec":{"ports":[{"port":8443}]}})")
                .code,
            201);
  EXPECT_TRUE(says("ServicePortError", "is not listening on port 443"));
  call("delete", kServices, "", "v1.absent.example.com");
  ASSERT_EQ(create(kServices, "", service("8443")).code, 201);
  EXPECT_TRUE(
      says("EndpointsNotFound", R"(cannot find endpointslices for service/absent in \"default\")"));
  ASSERT_EQ(create("discovery.k8s.io/endpointslices", "default",
                   R"({"metadata":{"name":"absent","labels":{"kubernetes.io/service-name":)"
                   R"("absent"}},"addressType":"IPv4","endpoints":[],"ports":[]})")
                .code,
            201);
  EXPECT_TRUE(says("MissingEndpoints", R"(endpoints for service/absent in \"default\" have no )"
                                       R"(addresses with port name \"\")"));
  call("delete", kServices, "", "v1.absent.example.com");
  call("delete", "/services", "default", "absent");
  call("delete", "discovery.k8s.io/endpointslices", "default", "absent");
}

TEST(ForwardedFor, SpeaksForTheClientAndForNobodyElse) {
  http::Headers sent;
  for (const auto* name : {"X-Remote-User", "x-remote-group", "X-Remote-Extra-Scopes",
                           "Impersonate-User", "Authorization", "Connection", "Accept", "x-login",
                           "X-Claim-Admin", "X-Teams"})
    sent.add(name, "forged");
  Identity identity{"jane", {"dev", "ops"}, {}};
  identity.uid = "7";
  identity.extra["example.com/Team%"] = {"a", "b"};
  std::vector<std::string> fields;
  FrontProxyOptions own;
  own.user_headers = {"X-Login"};
  own.group_headers = {"X-Teams"};
  own.extra_prefixes = {"X-Claim-"};
  const auto headers = forwarded_for(identity, sent, IdentityFields(own));
  for (const auto& [name, value] : headers.fields()) fields.push_back(name + ": " + value);
  EXPECT_THAT(fields, ::testing::UnorderedElementsAre(
                          "X-Remote-User: jane", "X-Remote-Uid: 7", "X-Remote-Group: dev",
                          "X-Remote-Group: ops", "X-Remote-Extra-example.com%2F%54eam%25: a",
                          "X-Remote-Extra-example.com%2F%54eam%25: b", "Accept: forged"));
}

TEST(ForwardedHeaders, SayNothingOfWhoAsks) {
  http::Headers sent;
  for (const auto* name : {"X-Remote-Group", "impersonate-user", "Accept", "X-Login"})
    sent.add(name, "forged");
  const auto headers = forwarded_headers(sent, IdentityFields());
  ASSERT_EQ(headers.fields().size(), 2U);
  EXPECT_EQ(headers.get("Accept"), "forged");
  EXPECT_EQ(headers.get("X-Login"), "forged");
}

TEST(ForwardedHeaders, LeaveOutWhatIsSaidToThisServerOnly) {
  http::Headers sent;
  sent.add("Connection", "close, X-Mine");
  sent.add("connection", "x-also");
  for (const auto* name : {"X-Mine", "X-Also", "Proxy-Authorization", "TE", "X-Kept"})
    sent.add(name, "value");
  const auto headers = forwarded_headers(sent, IdentityFields());
  ASSERT_EQ(headers.fields().size(), 1U);
  EXPECT_EQ(headers.get("X-Kept"), "value");
}

TEST(RemoteKinds, AreWhatTheOtherServerLists) {
  const auto kinds = aggregation::read_resources(
      R"({"kind":"APIResourceList","apiVersion":"v1","groupVersion":"x/v1","resources":[)"
      R"({"name":"things","singularName":"thing","namespaced":true,"kind":"Thing",)"
      R"("verbs":["get","list"],"shortNames":["th"]},{"name":"things/status","singularName":"",)"
      R"("namespaced":true,"kind":"Thing","verbs":["get"]},{"name":"lost/status","kind":"L",)"
      R"("verbs":[]}]})",
      "x", "v1");
  ASSERT_TRUE(kinds.ok()) << kinds.status().message();
  ASSERT_EQ(kinds->size(), 1U);
  EXPECT_EQ(kinds->front().short_names, std::vector<std::string>{"th"});
  EXPECT_EQ(kinds->front().subresources.size(), 1U);
  EXPECT_FALSE(aggregation::read_resources("nothing", "x", "v1").ok());
}

}  // namespace
}  // namespace kubus::apiserver
