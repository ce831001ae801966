// Servers of others, as clients of this one meet them: whether they answer, what they have, what
// they say of it.
#include <gmock/gmock.h>

#include "kubus/api/base64.h"
#include "tests/extension_fixture.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kAggregated =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

std::string swagger(const std::string& thing) {
  return R"({"swagger":"2.0","info":{"title":"ext","version":"v0"},"paths":{)"
         R"("/apis/ext.example.com/v1/things":{"get":{"responses":{"200":{"description":"OK",)"
         R"("schema":{"$ref":"#/definitions/com.example.ext.Thing"}}}}},"/apis/apps/v1/mine":{}},)"
         R"("definitions":{"com.example.ext.Thing":{"type":"object","description":")" +
         thing +
         R"(","properties":{"metadata":{"$ref":)"
         R"("#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"}},)"
         R"("x-kubernetes-group-version-kind":[{"group":"ext.example.com","version":"v1",)"
         R"("kind":"Thing"}]},"io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta":{"type":"object",)"
         R"("description":"as they see it"}}})";
}

using ExtensionAvailability = ExtensionTest;

TEST_F(ExtensionAvailability, OneGoodAnswerOfFiveWillDo) {
  server_->fail_first(kRoot, 4);
  make_service();
  EXPECT_TRUE(becomes("Passed")) << service();
  EXPECT_THAT(service(), HasSubstr(R"("message":"all checks passed")"));
  const auto asked = server_->asked(kRoot);
  ASSERT_GE(asked.size(), 5u);
  EXPECT_EQ(asked.front().get("X-Remote-User"), "system:kube-aggregator");
  EXPECT_EQ(asked.front().get("X-Remote-Group"), "system:masters");
}

TEST_F(ExtensionAvailability, ABadAnswerIsToldAndAskedForAgain) {
  server_->on(kRoot, {418, "", {}});
  make_service();
  EXPECT_TRUE(becomes("FailedDiscoveryCheck")) << service();
  const auto url = "https://" + ExtensionServer::outward_address() + ":" +
                   std::to_string(server_->port()) + kRoot;
  EXPECT_THAT(service(), HasSubstr("failing or missing response from " + url +
                                   ": bad status from " + url + ": 418"));
  const auto refused = exchange("GET", kThings);
  EXPECT_EQ(status(refused), 503);
  EXPECT_EQ(body_of(refused), "service unavailable\n");
  // Nothing in the cluster changes.
  server_->on(kRoot, {200, resources(), {}});
  EXPECT_TRUE(becomes("Passed")) << service();
}

// Whether it is the right server does not matter for that, but for whoever talks to it.
TEST_F(ExtensionAvailability, ACertificateOfSomebodyElseIsFoundByRequests) {
  const auto other = pki::make_ca("other", std::chrono::hours(1));
  make_service(R"("caBundle":")" + encode_base64(other->certificate_pem) + '"');
  EXPECT_TRUE(becomes("Passed")) << service();
  const auto answer = exchange("GET", kThings);
  EXPECT_EQ(status(answer), 503);
  EXPECT_EQ(body_of(answer),
            "error trying to reach service: tls: failed to verify certificate: x509: certificate "
            "signed by unknown authority\n");
  EXPECT_TRUE(server_->asked(kThings).empty());
}

TEST_F(ExtensionAvailability, ABundleThatIsNoneIsOurFault) {
  make_service(R"("caBundle":"bm90aGluZw==")");
  EXPECT_TRUE(becomes("Passed")) << service();
  const auto answer = exchange("GET", kThings);
  EXPECT_EQ(status(answer), 500);
  EXPECT_THAT(body_of(answer), HasSubstr("unable to load root certificates: "));
}

TEST_F(ExtensionAvailability, TheServiceIsLookedAtFirst) {
  as("", "DELETE", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/ext");
  make_service();
  EXPECT_TRUE(becomes("EndpointsNotFound")) << service();
  EXPECT_THAT(service(), HasSubstr(R"(cannot find endpointslices for service/ext in \"default\")"));
  EXPECT_TRUE(server_->asked(kRoot).empty());
}

using ExtensionDiscovery = ExtensionTest;

TEST_F(ExtensionDiscovery, ItsGroupIsRankedAndStaleWhenItDoesNotAnswer) {
  make_service();
  const auto fresh = R"("kind":"Thing"},"scope":"Cluster")";
  ASSERT_TRUE(shows("/apis", fresh, kAggregated));
  const auto list = json::parse(
      body_of(exchange("GET", "/apis", "", "", "Accept: " + std::string(kAggregated) + "\r\n")));
  const auto& items = list.at("items").as_array();
  EXPECT_EQ(items.at(1).at("metadata").at("name"), "apps");
  EXPECT_EQ(items.at(2).at("metadata").at("name"), "ext.example.com");
  EXPECT_EQ(items.at(2).at("versions").at(0).at("freshness"), "Current");
  server_->stop();
  // So that it is looked at now.
  as("", "PATCH", "/api/v1/namespaces/default/services/ext",
     R"({"metadata":{"labels":{"a":"b"}}})");
  EXPECT_TRUE(becomes("FailedDiscoveryCheck")) << service();
  EXPECT_TRUE(shows("/apis", R"(}],"freshness":"Stale"}]})", kAggregated));
  EXPECT_THAT(exchange("GET", "/apis"), HasSubstr(R"({"name":"ext.example.com")"));
  as("", "DELETE", std::string(kServices) + "/v1.ext.example.com");
  EXPECT_TRUE(testing::eventually(
      [&] { return exchange("GET", "/apis").find("ext.example.com") == std::string::npos; }));
}

TEST_F(ExtensionDiscovery, ALocalServiceIsRankedByWhatItsUserSays) {
  const auto path = std::string(kServices) + "/v1.batch";
  ASSERT_EQ(as("", "PATCH", path, R"({"spec":{"groupPriorityMinimum":19000}})").code, 200);
  EXPECT_TRUE(testing::eventually([&] {
    const auto groups = body_of(exchange("GET", "/apis"));
    return groups.find("\"batch\"") < groups.find("\"apps\"");
  }));
  ASSERT_EQ(as("", "PATCH", path, R"({"spec":{"groupPriorityMinimum":17400}})").code, 200);
}

using ExtensionDocuments = ExtensionTest;

TEST_F(ExtensionDocuments, TheirsAreListedAndPassedOn) {
  const std::string page = "/openapi/v3/apis/ext.example.com/v1";
  server_->on("/openapi/v3",
              {200,
               R"({"paths":{"apis/ext.example.com/v1":{"serverRelativeURL":")" + page +
                   R"(?hash=ABC"},"apis/apps/v1":{"serverRelativeURL":"/evil"}}})",
               {{"ETag", "\"one\""}}});
  server_->on(page, {200, R"({"openapi":"3.0.0","info":{"title":"theirs"}})", {{"ETag", "\"t\""}}});
  EXPECT_EQ(status(exchange("GET", page)), 404);
  make_service();
  ASSERT_TRUE(shows("/openapi/v3", page + "?hash=ABC"));
  EXPECT_THAT(exchange("GET", "/openapi/v3"), Not(HasSubstr("/evil")));
  const auto document = exchange("GET", page + "?hash=ABC", "", "",
                                 "Impersonate-User: reader\r\n"
                                 "Impersonate-Group: system:authenticated\r\n");
  EXPECT_THAT(document, HasSubstr("ETag: \"t\""));
  EXPECT_THAT(body_of(document), HasSubstr("\"theirs\""));
  ASSERT_FALSE(server_->asked(page).empty());
  EXPECT_EQ(server_->asked(page).back().get("X-Remote-User"), "reader");
  EXPECT_EQ(server_->asked("/openapi/v3").front().get("X-Remote-User"), "system:aggregator");
  // Ours are what they were.
  EXPECT_THAT(body_of(exchange("GET", "/openapi/v3/apis/apps/v1")), HasSubstr("Deployment"));
}

TEST_F(ExtensionDocuments, TheirTypesAreInTheOneDocument) {
  server_->on("/openapi/v2", {200, swagger("a thing of theirs"), {{"ETag", "\"one\""}}});
  make_service();
  ASSERT_TRUE(shows("/openapi/v2", "a thing of theirs"));
  const auto document = json::parse(body_of(exchange("GET", "/openapi/v2")));
  const auto& definitions = document.at("definitions").as_object();
  EXPECT_EQ(definitions.at("com.example.ext.Thing").at("properties").at("metadata").at("$ref"),
            "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta_v2");
  EXPECT_TRUE(definitions.contains("io.k8s.api.apps.v1.Deployment"));
  EXPECT_TRUE(document.at("paths").as_object().contains("/apis/ext.example.com/v1/things"));
  EXPECT_FALSE(document.at("paths").as_object().contains("/apis/apps/v1/mine"));
  EXPECT_TRUE(shows("/openapi/v2", "a thing of theirs",
                    "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"));
  // A new kind of our own does not wait for them.
  const auto made =
      as("", "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
         R"({"metadata":{"name":"widgets.docs.example.com"},"spec":{"scope":"Cluster",)"
         R"("group":"docs.example.com","names":{"plural":"widgets","kind":"Widget"},"versions":[)"
         R"({"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":)"
         R"({"type":"object","description":"a widget of ours"}}}]}})");
  ASSERT_EQ(made.code, 201) << made.body;
  EXPECT_TRUE(shows("/openapi/v2", "a widget of ours"));
  EXPECT_THAT(exchange("GET", "/openapi/v2"), HasSubstr("a thing of theirs"));
  as("", "DELETE",
     "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.docs.example.com");
  as("", "DELETE", std::string(kServices) + "/v1.ext.example.com");
  EXPECT_TRUE(testing::eventually([&] {
    return exchange("GET", "/openapi/v2").find("a thing of theirs") == std::string::npos;
  }));
}

TEST_F(ExtensionDocuments, AreMadeOfVersionTwoWhereThereIsNoOther) {
  const std::string page = "/openapi/v3/apis/ext.example.com/v1";
  server_->on("/openapi/v2", {200, swagger("a thing of theirs"), {{"ETag", "\"one\""}}});
  make_service();
  ASSERT_TRUE(shows("/openapi/v3", page + "?hash="));
  const auto answer = exchange("GET", page);
  EXPECT_EQ(status(answer), 200);
  const auto document = json::parse(body_of(answer));
  EXPECT_EQ(document.at("openapi"), "3.0.0");
  EXPECT_TRUE(document.at("components").at("schemas").as_object().contains(
      "com.example.ext.Thing"));
  EXPECT_TRUE(server_->asked(page).empty());
  // As soon as it has one of its own, that is passed on.
  server_->on("/openapi/v3",
              {200,
               R"({"paths":{"apis/ext.example.com/v1":{"serverRelativeURL":")" + page +
                   R"(?hash=ABC"}}})",
               {}});
  server_->on(page, {200, R"({"openapi":"3.0.0","info":{"title":"theirs"}})", {}});
  as("", "DELETE", std::string(kServices) + "/v1.ext.example.com");
  make_service();
  ASSERT_TRUE(shows("/openapi/v3", page + "?hash=ABC"));
  EXPECT_THAT(body_of(exchange("GET", page)), HasSubstr("\"theirs\""));
}

TEST_F(ExtensionDocuments, BadOnesAreLeftOut) {
  server_->on("/openapi/v3", {200,
                              R"({"paths":{"apis/ext.example.com/v1":{"serverRelativeURL":)"
                              R"("https://elsewhere.example.com/"}}})",
                              {}});
  server_->on("/openapi/v2", {200, "{\"swagger\":\"2.0\",\"paths\":", {}});
  make_service();
  // They are asked for one after the other, and discovery is shown last.
  ASSERT_TRUE(shows("/apis", R"("kind":"Thing"},"scope":"Cluster")", kAggregated));
  ASSERT_TRUE(testing::eventually([&] { return !server_->asked("/openapi/v2").empty(); }));
  EXPECT_THAT(exchange("GET", "/openapi/v3"), Not(HasSubstr("elsewhere")));
  EXPECT_EQ(status(exchange("GET", "/openapi/v3/apis/ext.example.com/v1")), 404);
  EXPECT_THAT(exchange("GET", "/openapi/v2"), HasSubstr("io.k8s.api.apps.v1.Deployment"));
}

using ExtensionRequests = ExtensionTest;

TEST_F(ExtensionRequests, RedirectsAreNotFollowed) {
  server_->on(kThings, {302, "go away", {{"Location", "https://elsewhere.example.com/"}}});
  server_->on(std::string(kThings) + "/one", {304, "", {{"ETag", "\"x\""}}});
  make_service();
  ASSERT_TRUE(becomes("Passed"));
  const auto answer = exchange("GET", kThings);
  EXPECT_EQ(status(answer), 502);
  EXPECT_EQ(body_of(answer),
            "the backend attempted to redirect this request, which is not permitted");
  EXPECT_THAT(answer, Not(HasSubstr("elsewhere")));
  EXPECT_EQ(status(exchange("GET", std::string(kThings) + "/one")), 304);
  auto client = connect_http2();
  EXPECT_EQ(client->get(kThings).status, 502);
}

// Until the other server has answered; a watch, until it has been passed on.
TEST_F(ExtensionRequests, TheyHoldTheirSeats) {
  make_service();
  ASSERT_TRUE(becomes("Passed"));
  grant("ext-reader", rule("\"*\"", "\"ext.example.com\"", "\"*\""));
  server_->hang(kThings);
  const auto executing = [&](int requests) {
    return testing::eventually([&] {
      return as("", "GET", "/metrics")
                 .body.find(R"(apiserver_flowcontrol_current_executing_requests{flow_schema=)"
                            R"("global-default",priority_level="global-default"} )" +
                            std::to_string(requests) + "\n") != std::string::npos;
    });
  };
  const auto begin = [&](const std::string& target) {
    auto client = connect();
    client->send("GET " + target +
                 " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nImpersonate-User: ext-reader\r\n"
                 "Impersonate-Group: system:authenticated\r\n\r\n");
    return client;
  };
  const auto one = begin(kThings);
  EXPECT_TRUE(executing(1));
  auto http2 = connect_http2();
  const auto two = http2->begin(
      "GET", kThings,
      {{"impersonate-user", "ext-reader"}, {"impersonate-group", "system:authenticated"}});
  http2->flush();
  EXPECT_TRUE(executing(2));
  const auto watch = begin(std::string(kThings) + "?watch=1");
  ASSERT_TRUE(testing::eventually([&] { return server_->asked(kThings).size() == 3; }));
  EXPECT_TRUE(executing(2));
  http2->cancel(two);
  http2->flush();
  EXPECT_TRUE(executing(1));
  server_->on(kThings, {200, "{}", {}});
  server_->let_go(kThings);
  EXPECT_EQ(status(one->rest()), 200);
  EXPECT_TRUE(executing(0));
}

}  // namespace
}  // namespace kubus::apiserver
