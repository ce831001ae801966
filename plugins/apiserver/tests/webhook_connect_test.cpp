// Webhooks and policies that are asked about connections to pods, nodes and services.
#include <gmock/gmock.h>

#include "tests/webhook_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;

class WebhookConnectTest : public WebhooksTest {
 protected:
  static constexpr const char* kPod = "/api/v1/namespaces/default/pods/p/";

  void SetUp() override {
    WebhooksTest::SetUp();
    if (IsSkipped()) return;
    server_.on("/no", [](const std::string&) {
      return R"("allowed":false,"status":{"code":403,"reason":"Forbidden","message":"not here"})";
    });
    configure(kValidating, "connect",
              hook("connect", "/no", rule("", "v1", "*/*", R"("CONNECT")")));
  }
  std::string told(const std::string& field) const { return asked("/no", "request." + field); }
  void expect_refused(const std::string& method, const std::string& path) const {
    const auto answer = exchange(method, path);
    EXPECT_EQ(status(answer), 403) << answer;
    EXPECT_THAT(answer, HasSubstr(R"(admission webhook \"connect.example.com\" denied the )"
                                  "request: not here"));
  }
};

TEST_F(WebhookConnectTest, CommandsAreToldBeforeThePodIsLookedFor) {
  expect_refused("POST",
                 std::string(kPod) +
                     "exec?command=cat&command=/etc/x&container=c&stdin=true&stdout=1&tty=");
  EXPECT_EQ(told("operation"), "CONNECT");
  EXPECT_EQ(told("kind.version") + " " + told("kind.kind"), "v1 PodExecOptions");
  EXPECT_EQ(told("resource.resource") + "/" + told("subResource"), "pods/exec");
  EXPECT_EQ(told("namespace") + "/" + told("name"), "default/p");
  EXPECT_EQ(told("userInfo.username"), "kubernetes-admin");
  const auto question = server_.questions("/no").back();
  EXPECT_THAT(question, HasSubstr(R"("object":{"kind":"PodExecOptions","apiVersion":"v1",)"
                                  R"("stdin":true,"stdout":true,"tty":true,"container":"c",)"
                                  R"("command":["cat","/etc/x"]})"));
  EXPECT_THAT(question, HasSubstr(R"("oldObject":null)"));
  EXPECT_THAT(question, HasSubstr(R"("options":null)"));
  EXPECT_THAT(question, HasSubstr(R"("dryRun":false)"));
}

TEST_F(WebhookConnectTest, EachKindOfConnectionHasItsOptions) {
  expect_refused("GET", std::string(kPod) + "attach?stderr=true");
  EXPECT_EQ(told("kind.kind"), "PodAttachOptions");
  EXPECT_EQ(told("object.stderr"), "true");
  expect_refused("POST", std::string(kPod) + "portforward?ports=80,81&ports=82");
  EXPECT_EQ(told("kind.kind"), "PodPortForwardOptions");
  EXPECT_EQ(told("object.ports"), "[80,81,82]");
  expect_refused("DELETE", std::string(kPod) + "proxy/a/b/?x=y");
  EXPECT_EQ(told("kind.kind"), "PodProxyOptions");
  EXPECT_EQ(told("object.path"), "a/b");
  expect_refused("GET", "/api/v1/namespaces/default/services/https:s:443/proxy/metrics");
  EXPECT_EQ(told("kind.kind"), "ServiceProxyOptions");
  EXPECT_EQ(told("name"), "https:s:443");
  expect_refused("GET", "/api/v1/nodes/n/proxy");
  EXPECT_EQ(told("kind.kind"), "NodeProxyOptions");
  EXPECT_EQ(told("namespace"), "");
  EXPECT_EQ(told("object.path"), "");
  const auto before = server_.questions("/no").size();
  EXPECT_EQ(status(exchange("GET", std::string(kPod) + "log")), 404) << "a log is read";
  EXPECT_EQ(server_.questions("/no").size(), before);
}

TEST_F(WebhookConnectTest, WhatIsAllowedGoesOnAsItWasChanged) {
  call("delete", kValidating, "", "connect");
  server_.on("/other", [](const std::string&) {
    return patch(R"([{"op":"replace","path":"/container","value":"other"}])");
  });
  configure(kMutating, "connect",
            hook("connect", "/other", rule("", "v1", "pods/exec", R"("CONNECT")")));
  ASSERT_EQ(create("/pods", "default",
                   R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}})")
                .code,
            201);
  const auto answer = exchange("POST", std::string(kPod) + "exec?command=x&container=c");
  EXPECT_EQ(status(answer), 400) << answer;
  EXPECT_THAT(answer, HasSubstr("container other is not valid for pod p"));
  call("delete", "/pods", "default", "p", "", {{"gracePeriodSeconds", "0"}});
}

TEST_F(WebhookConnectTest, PoliciesSeeThemToo) {
  call("delete", kValidating, "", "connect");
  constexpr const char* kPolicies = "admissionregistration.k8s.io/validatingadmissionpolicies";
  constexpr const char* kBindings =
      "admissionregistration.k8s.io/validatingadmissionpolicybindings";
  ASSERT_EQ(create(kPolicies, "",
                   R"({"metadata":{"name":"exec"},"spec":{"matchConstraints":{"resourceRules":[{)"
                   R"("operations":["CONNECT"],"apiGroups":[""],"apiVersions":["v1"],)"
                   R"("resources":["pods/exec"]}]},"validations":[{"expression":)"
                   R"j("!('sh' in object.command)","message":"no shells",)j"
                   R"("reason":"Forbidden"}]}})")
                .code,
            201);
  ASSERT_EQ(create(kBindings, "",
                   R"({"metadata":{"name":"exec"},"spec":{"policyName":"exec",)"
                   R"("validationActions":["Deny"]}})")
                .code,
            201);
  const auto refused = exchange("POST", std::string(kPod) + "exec?command=sh");
  EXPECT_EQ(status(refused), 403) << refused;
  EXPECT_THAT(refused, HasSubstr("no shells"));
  EXPECT_EQ(status(exchange("POST", std::string(kPod) + "exec?command=ls")), 404);
  call("delete", kPolicies, "", "exec");
  call("delete", kBindings, "", "exec");
}

}  // namespace
}  // namespace kubus::apiserver
