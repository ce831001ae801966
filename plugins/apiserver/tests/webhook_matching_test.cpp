// Which requests webhooks are asked about.
#include <gmock/gmock.h>

#include "eventually.h"
#include "kubus/storage.h"
#include "tests/webhook_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(WebhooksTest, WarnAndAreAskedAboutDeletions) {
  server_.on("/warn", [](const std::string& question) {
    const bool gone = question.find(R"("operation":"DELETE")") != std::string::npos;
    return std::string("\"allowed\":") + (gone ? "false" : "true") +
           R"(,"warnings":["think twice"])";
  });
  configure(kValidating, "warn",
            hook("warn", "/warn",
                 R"("rules":[{"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],)"
                 R"("resources":["configmaps"],"scope":"Namespaced"}])"));
  const auto made = config_map("w4");
  EXPECT_EQ(made.code, 201) << made.body;
  EXPECT_THAT(made.warnings, ElementsAre("think twice"));
  EXPECT_EQ(call("delete", "/configmaps", "default", "w4").code, 400);
  const auto all = call("deletecollection", "/configmaps", "default", "", "",
                        {{"fieldSelector", "metadata.name=w4"}});
  EXPECT_EQ(all.code, 400) << all.body;
  EXPECT_THAT(all.warnings, ElementsAre("think twice"));
  EXPECT_EQ(get("/configmaps", "default", "w4").code, 200);
  const auto question = server_.questions("/warn").back();
  EXPECT_THAT(question, HasSubstr(R"("object":null)"));
  EXPECT_EQ(json_text(json_at(question, "request.oldObject.metadata.name")), "w4");
}

TEST_F(WebhooksTest, AreAskedAboutWhatTheirSelectorsAndConditionsSay) {
  server_.on("/no", [](const std::string&) { return "\"allowed\":false"; });
  const std::string in_default =
      R"("matchExpressions":[{"key":"kubernetes.io/metadata.name","operator":"In","values":[)";
  const struct {
    std::string rest;
    bool asked;
  } kCases[] = {
      {R"("namespaceSelector":{)" + in_default + R"("default"]}]})", true},
      {R"("namespaceSelector":{)" + in_default + R"("other"]}]})", false},
      {R"("objectSelector":{"matchLabels":{"a":"b"}})", true},
      {R"("objectSelector":{"matchLabels":{"a":"c"}})", false},
      {R"("matchConditions":[{"name":"x","expression":"object.metadata.name == 'w5'"}])", true},
      {R"("matchConditions":[{"name":"x","expression":"request.userInfo.username == 'x'"}])",
       false},
      {R"j("matchConditions":[{"name":"x","expression":)j"
       R"j("authorizer.group('').resource('nodes').check('delete').allowed()"}])j",
       true},
      {R"j("matchConditions":[{"name":"x","expression":"authorizer.serviceAccount('default', 'x'))j"
       R"j(.group('').resource('nodes').check('delete').allowed()"}])j",
       false},
      {R"("rules":[{"operations":["CREATE"],"apiGroups":[""],"apiVersions":["v1"],)"
       R"("resources":["configmaps/status"]}])",
       false},
      {R"("rules":[{"operations":["CREATE"],"apiGroups":[""],"apiVersions":["v1"],)"
       R"("resources":["*/*"],"scope":"Cluster"}])",
       false},
  };
  for (const auto& one : kCases) {
    configure(kValidating, "about", hook("about", "/no", one.rest));
    const auto made =
        create("/configmaps", "default", R"({"metadata":{"name":"w5","labels":{"a":"b"}}})",
               {{"dryRun", "All"}});
    EXPECT_EQ(made.code, one.asked ? 400 : 201) << one.rest << made.body;
    call("delete", kValidating, "", "about");
  }
}

TEST_F(WebhooksTest, AreAskedAboutDryRunsWhenTheyLeaveNothingBehind) {
  server_.on("/yes", [](const std::string&) { return "\"allowed\":true"; });
  configure(kValidating, "dry", hook("dry", "/yes", R"("sideEffects":"NoneOnDryRun")"));
  const auto dry =
      create("/configmaps", "default", R"({"metadata":{"name":"w6"}})", {{"dryRun", "All"}});
  EXPECT_EQ(dry.code, 201) << dry.body;
  EXPECT_THAT(server_.questions("/yes").back(), HasSubstr(R"("dryRun":true)"));
  EXPECT_THAT(server_.questions("/yes").back(), HasSubstr(R"("dryRun":["All"])"));
}

TEST_F(WebhooksTest, SeeAConfigurationThatComesChangesAndGoes) {
  server_.on("/no", [](const std::string&) { return "\"allowed\":false"; });
  const auto rules = [](const std::string& resource) {
    return R"("rules":[{"operations":["CREATE"],"apiGroups":["*"],"apiVersions":["*"],)"
           R"("resources":[")" +
           resource + R"("]}])";
  };
  for (const auto* resource : {"configmaps", "*", "configmaps/*", "configmaps/status"}) {
    configure(kValidating, "some", hook("some", "/no", rules("secrets")));
    EXPECT_EQ(config_map("w14").code, 201);
    call("delete", "/configmaps", "default", "w14");
    const auto changed =
        call("patch", kValidating, "", "some",
             R"({"webhooks":[)" + hook("some", "/no", rules(resource)) + "]}", {}, kMerge);
    ASSERT_EQ(changed.code, 200) << changed.body;
    const bool asked = std::string_view(resource) != "configmaps/status";
    EXPECT_EQ(config_map("w14").code, asked ? 400 : 201) << resource;
    call("delete", "/configmaps", "default", "w14");
    call("delete", kValidating, "", "some");
    EXPECT_EQ(config_map("w14").code, 201) << resource;
    call("delete", "/configmaps", "default", "w14");
  }
}

TEST_F(WebhooksTest, AreAskedAboutStatusWhenTheySayIt) {
  server_.on("/no", [](const std::string&) { return "\"allowed\":false"; });
  ASSERT_EQ(create("/services", "default",
                   R"({"metadata":{"name":"w17"},"spec":{"ports":[{"port":80}]}})")
                .code,
            201);
  configure(kValidating, "status",
            hook("status", "/no",
                 R"("rules":[{"operations":["UPDATE"],"apiGroups":[""],"apiVersions":["v1"],)"
                 R"("resources":["services/status"]}])"));
  const auto change = [](const std::string& path) {
    return call("patch", path, "default", "w17", R"({"metadata":{"labels":{"a":"b"}}})", {},
                kMerge);
  };
  EXPECT_EQ(change("/services").code, 200);
  EXPECT_EQ(change("/services/status").code, 400);
  const auto question = server_.questions("/no").back();
  EXPECT_EQ(json_text(json_at(question, "request.subResource")), "status");
  EXPECT_EQ(json_text(json_at(question, "request.requestSubResource")), "status");
}

// Such configurations are no longer taken; those of a time before are still there.
TEST_F(WebhooksTest, AreNotAskedAboutDryRunsWhenTheyMayLeaveSomethingBehind) {
  server_.on("/some", [](const std::string&) { return "\"allowed\":true"; });
  const auto dry_run = [] {
    return create("/configmaps", "default", R"({"metadata":{"name":"w18"}})", {{"dryRun", "All"}});
  };
  for (const std::string kind : {"Mutating", "Validating"})
    for (const std::string effects : {"Some", "Unknown"}) {
      const auto plural =
          (kind == "Mutating" ? "mutating" : "validating") + std::string("webhookconfigurations");
      storage::TxnRequest request;
      auto* put = request.add_success()->mutable_put();
      put->set_key("/registry/admissionregistration.k8s.io/" + plural + "/some");
      put->set_value(R"({"kind":")" + kind +
                     R"(WebhookConfiguration","apiVersion":"admissionregistration.k8s.io/v1",)"
                     R"("metadata":{"name":"some","uid":"f1a7c0de-0000-4000-8000-000000000002"},)"
                     R"("webhooks":[)" +
                     hook("some", "/some", R"("sideEffects":")" + effects + '"') + "]}");
      ASSERT_TRUE(rpc::call_wait(tester().context().bus(), storage::kTxn, request).ok());
      EXPECT_TRUE(testing::eventually([&] { return dry_run().code == 400; }));
      EXPECT_EQ(dry_run().at("message"),
                "admission webhook \"some.example.com\" does not support dry run");
      const auto path = "admissionregistration.k8s.io/" + plural;
      EXPECT_EQ(call("delete", path, "", "some").code, 200);
    }
  EXPECT_THAT(server_.questions("/some"), IsEmpty());
}

TEST_F(WebhooksTest, NeverGuardTheirOwnConfiguration) {
  server_.on("/no", [](const std::string&) { return "\"allowed\":false"; });
  configure(kValidating, "all",
            hook("all", "/no",
                 R"("rules":[{"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],)"
                 R"("resources":["*/*"]}])"));
  EXPECT_EQ(config_map("w11").code, 400);
  EXPECT_EQ(call("delete", kValidating, "", "all").code, 200);
  EXPECT_EQ(config_map("w11").code, 201);
}

}  // namespace
}  // namespace kubus::apiserver
