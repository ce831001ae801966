// Webhooks that change what is written, and see what others have made of it.
#include <gmock/gmock.h>

#include <future>

#include "eventually.h"
#include "tests/webhook_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

TEST_F(WebhooksTest, ChangeWhatIsWritten) {
  server_.on("/label", [](const std::string&) {
    return patch(R"([{"op":"add","path":"/metadata/labels","value":{"by":"hook"}}])");
  });
  configure(kMutating, "label", hook("label", "/label"));
  const auto made = config_map("w1", R"(},"data":{"a":"b")");
  ASSERT_EQ(made.code, 201) << made.body;
  EXPECT_EQ(made.at("metadata.labels.by"), "hook");
  EXPECT_EQ(made.at("data.a"), "b");
  EXPECT_EQ(get("/configmaps", "default", "w1").at("metadata.labels.by"), "hook");
  ASSERT_THAT(server_.questions("/label"), SizeIs(1));
  const auto question = server_.questions("/label")[0];
  const auto at = [&](const char* path) { return json_text(json_at(question, path)); };
  EXPECT_EQ(at("apiVersion"), "admission.k8s.io/v1");
  EXPECT_EQ(at("request.operation"), "CREATE");
  EXPECT_EQ(at("request.resource.resource"), "configmaps");
  EXPECT_EQ(at("request.kind.kind"), "ConfigMap");
  EXPECT_EQ(at("request.name"), "w1");
  EXPECT_EQ(at("request.namespace"), "default");
  EXPECT_EQ(at("request.object.kind"), "ConfigMap");
  EXPECT_EQ(at("request.object.data.a"), "b");
  EXPECT_EQ(at("request.options.kind"), "CreateOptions");
  EXPECT_THAT(question, HasSubstr(R"("dryRun":false)"));
  EXPECT_THAT(question, HasSubstr(R"("oldObject":null)"));
  // Others are not asked about.
  EXPECT_EQ(create("/secrets", "default", R"({"metadata":{"name":"w1"}})").code, 201);
  EXPECT_THAT(server_.questions("/label"), SizeIs(1));
}

TEST_F(WebhooksTest, SeeBothSidesOfAnUpdate) {
  ASSERT_EQ(config_map("w2", R"(},"data":{"a":"old")").code, 201);
  server_.on("/keep", [](const std::string&) {
    return patch(R"([{"op":"replace","path":"/data/a","value":"hook"},)"
                 R"({"op":"replace","path":"/metadata/uid","value":"forged"}])");
  });
  configure(kMutating, "keep", hook("keep", "/keep"));
  const auto update = [](const std::string& body) {
    return call("patch", "/configmaps", "default", "w2", body, {}, kMerge);
  };
  EXPECT_EQ(update(R"({"data":{"a":"new"}})").code, 422) << "an object stays what it is";
  server_.on("/keep", [](const std::string&) {
    return patch(R"([{"op":"replace","path":"/data/a","value":"hook"}])");
  });
  const auto done = update(R"({"data":{"a":"new"}})");
  EXPECT_EQ(done.code, 200) << done.body;
  EXPECT_EQ(done.at("data.a"), "hook");
  const auto question = server_.questions("/keep").back();
  EXPECT_EQ(json_text(json_at(question, "request.object.data.a")), "new");
  EXPECT_EQ(json_text(json_at(question, "request.oldObject.data.a")), "old");
  EXPECT_EQ(json_text(json_at(question, "request.operation")), "UPDATE");
}

TEST_F(WebhooksTest, SeeTheObjectAgainWhenOthersChangedIt) {
  server_.on("/first", [](const std::string& question) {
    const bool seen = question.find(R"("second":"x")") != std::string::npos;
    return patch(std::string(R"([{"op":"add","path":"/data/first","value":")") +
                 (seen ? "again" : "once") + "\"}]");
  });
  server_.on("/second", [](const std::string&) {
    return patch(R"([{"op":"add","path":"/data/second","value":"x"}])");
  });
  configure(kMutating, "a-first", hook("first", "/first", R"("reinvocationPolicy":"IfNeeded")"));
  configure(kMutating, "b-second", hook("second", "/second"));
  const auto made = config_map("w7", R"(},"data":{"a":"b")");
  ASSERT_EQ(made.code, 201) << made.body;
  EXPECT_EQ(made.at("data.first"), "again");
  EXPECT_EQ(made.at("data.second"), "x");
  EXPECT_THAT(server_.questions("/first"), SizeIs(2));
  EXPECT_THAT(server_.questions("/second"), SizeIs(1));
}

TEST_F(WebhooksTest, MayTakeTheirTimeWhileTheObjectChanges) {
  ASSERT_EQ(config_map("w15", R"(},"data":{"a":"0")").code, 201);
  server_.on("/slow", [](const std::string&) { return "\"allowed\":true"; });
  server_.hang("/slow");
  configure(kValidating, "slow",
            hook("slow", "/slow",
                 R"("matchConditions":[{"name":"x","expression":"object.data.a == '2'"}])"));
  const auto change = [](const std::string& data) {
    return call("patch", "/configmaps", "default", "w15", R"({"data":)" + data + "}", {}, kMerge);
  };
  const auto before = get("/configmaps", "default", "w15");
  auto slow = std::async(std::launch::async, [&] { return change(R"({"a":"2"})"); });
  ASSERT_TRUE(testing::eventually([&] { return !server_.questions("/slow").empty(); }));
  EXPECT_EQ(change(R"({"b":"1"})").code, 200) << "nobody waits for the other";
  server_.let_go("/slow");
  const auto patched = slow.get();
  EXPECT_EQ(patched.code, 200) << patched.body;
  EXPECT_EQ(patched.at("data.a"), "2");
  EXPECT_EQ(patched.at("data.b"), "1") << "the other change is lost";
  ASSERT_THAT(server_.questions("/slow"), SizeIs(2));
  EXPECT_EQ(json_text(json_at(server_.questions("/slow")[1], "request.oldObject.data.b")), "1")
      << "it is asked about what the change comes to now";
  EXPECT_EQ(call("update", "/configmaps", "default", "w15", before.body).code, 409);
}

TEST_F(WebhooksTest, SeeWhatOthersAddedWithItsDefaults) {
  server_.on("/port", [](const std::string&) {
    return patch(R"([{"op":"add","path":"/spec/ports/-","value":{"name":"b","port":81}}])");
  });
  server_.on("/see", [](const std::string&) { return R"("allowed":true)"; });
  configure(kMutating, "a", hook("port", "/port", rule("", "v1", "services", R"("CREATE")")));
  configure(kMutating, "b", hook("see", "/see", rule("", "v1", "services", R"("CREATE")")));
  const auto made =
      create("/services", "default",
             R"({"metadata":{"name":"w20"},"spec":{"ports":[{"name":"a","port":80}]}})");
  ASSERT_EQ(made.code, 201) << made.body;
  EXPECT_THAT(asked("/see", "request.object.spec.ports"),
              HasSubstr(R"({"name":"b","protocol":"TCP","port":81,"targetPort":81})"));
}

TEST_F(WebhooksTest, OwnNothingAndMaySayWhoDoes) {
  server_.on("/rename", [](const std::string&) {
    return patch(R"([{"op":"replace","path":"/metadata/managedFields/0/manager","value":"other"},)"
                 R"({"op":"add","path":"/data/by","value":"hook"}])");
  });
  configure(kMutating, "rename", hook("rename", "/rename"));
  const auto made = config_map("w21", R"(},"data":{"a":"b")");
  ASSERT_EQ(made.code, 201) << made.body;
  EXPECT_EQ(made.at("data.by"), "hook");
  const auto managers = made.at("metadata.managedFields");
  EXPECT_THAT(managers, HasSubstr(R"("manager":"other")"));
  EXPECT_THAT(managers, HasSubstr(R"("f:a":{})"));
  EXPECT_THAT(managers, Not(HasSubstr("f:by")));
}

TEST_F(WebhooksTest, CannotLeaveOwnersThatCannotBe) {
  server_.on("/break", [](const std::string&) {
    return patch(R"([{"op":"replace","path":"/metadata/managedFields/0/operation","value":"Own"},)"
                 R"({"op":"add","path":"/data/by","value":"hook"}])");
  });
  configure(kMutating, "break", hook("break", "/break"));
  const auto made = config_map("w22", R"(},"data":{"a":"b")");
  ASSERT_EQ(made.code, 201) << made.body;
  EXPECT_EQ(made.at("data.by"), "hook");
  EXPECT_THAT(made.at("metadata.managedFields"), HasSubstr(R"("operation":"Update")"));
  EXPECT_THAT(made.warnings,
              ElementsAre(".metadata.managedFields was in an invalid state after admission; this "
                          "could be caused by an outdated mutating admission controller; please "
                          "fix your requests: metadata.managedFields[0].operation: Invalid value: "
                          "\"Own\": must be `Apply` or `Update`"));
}

}  // namespace
}  // namespace kubus::apiserver
