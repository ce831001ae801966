// Webhooks of ill will: what they answer goes no further than what a client could have sent, and costs
// no more than a bounded time and memory.
#include <gmock/gmock.h>

#include "tests/webhook_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class WebhookAttack : public WebhooksTest {
 protected:
  // One webhook that answers every question about these with that patch.
  void patch_all(const std::string& rules, const std::string& operations) {
    server_.on("/evil", [=](const std::string&) { return patch(operations); });
    call("delete", kMutating, "", "evil");
    configure(kMutating, "evil", hook("evil", "/evil", rules));
  }
  void patch_maps(const std::string& operations) {
    patch_all(rule("", "v1", "configmaps", R"("CREATE","UPDATE")"), operations);
  }
  static std::string set(const std::string& path, const std::string& value) {
    return R"({"op":"add","path":")" + path + R"(","value":)" + value + "}";
  }
  static Reply change(const std::string& name, const std::string& body) {
    return call("patch", "/configmaps", "default", name, body, {}, kMerge);
  }
};

TEST_F(WebhookAttack, NewObjectsAreNoOthersThanWereAskedFor) {
  ASSERT_EQ(create("/namespaces", "", R"({"metadata":{"name":"elsewhere"}})").code, 201);
  patch_maps("[" + set("/metadata/uid", R"("forged")") + "," +
             set("/metadata/creationTimestamp", R"("2001-01-01T00:00:00Z")") + "," +
             set("/metadata/deletionTimestamp", R"("2001-01-01T00:00:00Z")") + "," +
             set("/metadata/selfLink", R"("/x")") + "," + set("/kind", R"("Secret")") + "," +
             set("/data", R"({"a":"b"})") + "]");
  const auto made = config_map("a1");
  if (made.code == 201) {
    EXPECT_THAT(made.body, Not(HasSubstr("forged")));
    EXPECT_THAT(made.body, Not(HasSubstr("2001-01-01")));
    EXPECT_THAT(made.body, Not(HasSubstr("selfLink")));
    EXPECT_EQ(made.at("kind"), "ConfigMap");
  }
  EXPECT_EQ(get("/secrets", "default", "a1").code, 404);
  for (const auto& operation :
       {set("/metadata/namespace", R"("elsewhere")"), set("/metadata/resourceVersion", R"("1")"),
        set("/metadata/name", R"("Not A Name")"), set("/metadata/name", R"("../../secrets/x")"),
        set("/metadata/labels", R"({"a b":"c"})"), set("/metadata/finalizers", R"(["x y"])"),
        set("", "null"), set("", "[]"), set("", R"("text")"), set("/data", "7"),
        set("/metadata", "null")}) {
    patch_maps("[" + operation + "]");
    const auto refused = config_map("a2");
    EXPECT_THAT(refused.code, AnyOf(400, 422, 500)) << operation << refused.body;
    EXPECT_EQ(get("/configmaps", "default", "a2").code, 404) << operation;
    EXPECT_EQ(get("/configmaps", "elsewhere", "a2").code, 404) << operation;
  }
}

TEST_F(WebhookAttack, WhatIsAppliedKeepsItsName) {
  patch_maps("[" + set("/metadata/name", R"("a4")") + "]");
  const auto applied = exchange(
      "PATCH", "/api/v1/namespaces/default/configmaps/a3?fieldManager=m",
      R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a3"}})",
      "application/apply-patch+yaml");
  EXPECT_EQ(status(applied), 400) << applied;
  EXPECT_EQ(get("/configmaps", "default", "a3").code, 404);
  EXPECT_EQ(get("/configmaps", "default", "a4").code, 404);
}

TEST_F(WebhookAttack, ObjectsStayWhatTheyAre) {
  const auto made = config_map("a5", R"(,"finalizers":["example.com/kept"]},"data":{"a":"b")");
  ASSERT_EQ(made.code, 201) << made.body;
  patch_maps("[" + set("/metadata/creationTimestamp", R"("2001-01-01T00:00:00Z")") + "," +
             set("/metadata/generation", "77") + "]");
  const auto changed = change("a5", R"({"data":{"a":"c"}})");
  EXPECT_EQ(changed.code, 200) << changed.body;
  EXPECT_EQ(changed.at("metadata.creationTimestamp"), made.at("metadata.creationTimestamp"));
  EXPECT_EQ(changed.at("metadata.generation"), "");
  for (const auto& operation :
       {set("/metadata/name", R"("a6")"), set("/metadata/namespace", R"("kube-system")"),
        set("/metadata/uid", R"("forged")"), set("/immutable", R"("yes")"),
        set("/metadata/deletionTimestamp", R"("2001-01-01T00:00:00Z")")}) {
    patch_maps("[" + operation + "]");
    const auto refused = change("a5", R"({"data":{"a":"d"}})");
    EXPECT_THAT(refused.code, AnyOf(400, 409, 422, 500)) << operation << refused.body;
    EXPECT_EQ(get("/configmaps", "default", "a5").at("data.a"), "c") << operation;
  }
  patch_maps("[" + set("/metadata/resourceVersion", R"("1")") + "]");
  change("a5", R"({"data":{"a":"d"}})");
  EXPECT_NE(get("/configmaps", "default", "a5").at("metadata.resourceVersion"), "1");
  patch_maps("[" + set("/metadata/finalizers", "[]") + "]");
  EXPECT_EQ(change("a5", R"({"data":{"a":"e"}})").code, 200);
}

TEST_F(WebhookAttack, PartsStayApart) {
  ASSERT_EQ(create("/pods", "default",
                   R"({"metadata":{"name":"a7"},"spec":{"automountServiceAccountToken":false,)"
                   R"("containers":[{"name":"c","image":"i"}]}})")
                .code,
            201);
  patch_all(rule("", "v1", "pods", R"("UPDATE")"),
            "[" + set("/status/podIP", R"("127.0.0.1")") + "," +
                set("/metadata/labels", R"({"by":"hook"})") + "]");
  const auto main =
      call("patch", "/pods", "default", "a7", R"({"metadata":{"annotations":{"a":"b"}}})", {}, kMerge);
  ASSERT_EQ(main.code, 200) << main.body;
  EXPECT_EQ(main.at("metadata.labels.by"), "hook");
  EXPECT_EQ(main.at("status.podIP"), "");
  patch_all(rule("", "v1", "pods/status", R"("UPDATE")"),
            "[" + set("/spec/nodeName", R"("stolen")") + "," +
                set("/spec/containers/0/image", R"("evil")") + "," +
                set("/status/message", R"("hook")") + "]");
  const auto part = call("patch", "/pods/status", "default", "a7", R"({"status":{"reason":"r"}})", {},
                         kMerge);
  ASSERT_EQ(part.code, 200) << part.body;
  EXPECT_EQ(part.at("status.message"), "hook");
  EXPECT_EQ(part.at("spec.nodeName"), "");
  EXPECT_THAT(part.body, Not(HasSubstr("evil")));
}

TEST_F(WebhookAttack, NobodyGrantsByThemWhatTheyDoNotHold) {
  const std::string rbac = "rbac.authorization.k8s.io";
  const auto as_jane = [&](const std::string& body) {
    return status(exchange("POST", "/apis/" + rbac + "/v1/namespaces/default/roles", body,
                           "application/json", "Impersonate-User: jane\r\n"));
  };
  ASSERT_EQ(create(rbac + "/clusterroles", "",
                   R"({"metadata":{"name":"maker"},"rules":[{"verbs":["create"],)"
                   R"("apiGroups":["rbac.authorization.k8s.io"],"resources":["roles"]}]})")
                .code,
            201);
  ASSERT_EQ(create(rbac + "/clusterrolebindings", "",
                   R"({"metadata":{"name":"maker"},"roleRef":{"kind":"ClusterRole","name":"maker",)"
                   R"("apiGroup":"rbac.authorization.k8s.io"},"subjects":[{"kind":"User",)"
                   R"("name":"jane","apiGroup":"rbac.authorization.k8s.io"}]})")
                .code,
            201);
  EXPECT_EQ(as_jane(R"({"metadata":{"name":"empty"}})"), 201);
  patch_all(rule(rbac, "v1", "roles", R"("CREATE")"),
            "[" + set("/rules", R"([{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}])") + "]");
  EXPECT_EQ(as_jane(R"({"metadata":{"name":"full"}})"), 403);
  EXPECT_EQ(get(rbac + "/roles", "default", "full").code, 404);
}

TEST_F(WebhookAttack, AnswersThatUnfoldAreBounded) {
  const auto refused = [&](const std::string& why) {
    const auto reply = config_map("a8");
    EXPECT_EQ(reply.code, 500) << why << reply.body.substr(0, 500);
    EXPECT_LT(reply.body.size(), 20'000u) << why;
  };
  configure(kMutating, "raw", hook("raw", "/raw", R"("timeoutSeconds":30)"));
  std::string aliases = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 12; ++i) {
    const auto before = "*a" + std::to_string(i - 1);
    aliases += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int k = 0; k < 8; ++k) aliases += "," + before;
    aliases += "]\n";
  }
  server_.on_raw("/raw", 200, aliases);
  refused("aliases");
  server_.on_raw("/raw", 200, R"({"response":)" + std::string(1'000'000, '['));
  refused("depth");
  server_.on_raw("/raw", 200, std::string(1'000'000, '{'));
  refused("depth of YAML");
  server_.on_raw("/raw", 500, std::string(3'000'000, 'x'));
  refused("a long complaint");
  server_.on_raw("/raw", 302, "elsewhere");
  refused("another place");
  server_.on_raw("/raw", 307, "elsewhere");
  refused("another place");
  server_.on_raw("/raw", 204, "");
  refused("nothing");
  call("delete", kMutating, "", "raw");
  std::string doubling = "[" + set("/data", R"({"a":")" + std::string(1000, 'a') + "\"}");
  for (int i = 0; i < 40; ++i)
    doubling += R"(,{"op":"copy","from":"/data","path":"/data/c)" + std::to_string(i) + "\"}";
  patch_maps(doubling + "]");
  refused("copies of copies");
  std::string many = "[" + set("/data", "{}");
  for (int i = 0; i < 10'001; ++i) many += "," + set("/data/a", R"("b")");
  patch_maps(many + "]");
  refused("steps");
  patch_maps(R"([{"op":"add","path":"/data","value":)" + std::string(9'000, '[') +
             std::string(9'000, ']') + "}]");
  refused("depth of a patch");
  patch_maps("[" + set("/data", R"({"a":")" + std::string(1'500'000, 'a') + "\"}") + "]");
  const auto large = config_map("a8");
  EXPECT_EQ(large.code, 422) << large.body.substr(0, 500);
  call("delete", kMutating, "", "evil");
  expect_served();
}

TEST_F(WebhookAttack, WarningsAndRefusalsAreTextAndNothingElse) {
  server_.on("/evil", [](const std::string&) {
    std::string all = R"("x\r\nSet-Cookie: a=b","\u0000","\ud800")";
    for (int i = 0; i < 20'000; ++i) all += ",\"w" + std::to_string(i) + std::string(80, 'x') + '"';
    return R"("allowed":false,"status":{"message":"a\r\nX-Evil: 1","reason":"Ok\r\nX-Evil: 2",)"
           R"("code":200},"auditAnnotations":{"a\r\nb":"c"},"warnings":[)" +
           all + "]";
  });
  configure(kValidating, "evil", hook("evil", "/evil"));
  const auto answer = exchange("POST", "/api/v1/namespaces/default/configmaps",
                               R"({"metadata":{"name":"a9"}})");
  const auto head = answer.substr(0, answer.find("\r\n\r\n"));
  EXPECT_GE(status(answer), 400) << head;
  EXPECT_THAT(head, Not(HasSubstr("Set-Cookie")));
  EXPECT_THAT(head, Not(HasSubstr("X-Evil")));
  EXPECT_LT(head.size(), 16'000u);
  EXPECT_EQ(get("/configmaps", "default", "a9").code, 404);
}

TEST_F(WebhookAttack, ThoseThatNeverAgreeAreAskedTwiceAndInOrder) {
  std::string order;
  int count = 0;
  const auto quarrel = [&](const char* who) {
    return [&order, &count, who](const std::string&) {
      order += who;
      return patch(R"([{"op":"add","path":"/data","value":{"x":")" + std::to_string(++count) +
                   "\"}}]");
    };
  };
  server_.on("/a", quarrel("a"));
  server_.on("/b", quarrel("b"));
  server_.on("/c", quarrel("c"));
  const std::string again = R"("reinvocationPolicy":"IfNeeded")";
  configure(kMutating, "z-last", hook("a", "/c", again));
  configure(kMutating, "a-first", hook("z", "/a", again) + "," + hook("b", "/b", again));
  const auto made = config_map("a10");
  EXPECT_EQ(made.code, 201) << made.body;
  EXPECT_EQ(order.substr(0, 3), "abc");
  EXPECT_LE(order.size(), 6u) << order;
}

TEST_F(WebhookAttack, ConditionsThatCostTooMuchDecideAsTheFailurePolicySays) {
  server_.on("/ask", [](const std::string&) { return R"("allowed":true)"; });
  const std::string costly =
      R"("matchConditions":[{"name":"c","expression":"object.data.all(a, object.data.all(b, )"
      R"x(object.data.all(c, a + b + c != 'x')))"}])x";
  std::string data;
  for (int i = 0; i < 300; ++i) data += (i ? ",\"k" : "\"k") + std::to_string(i) + R"(":"v")";
  const auto rest = "},\"data\":{" + data;
  configure(kMutating, "costly", hook("costly", "/ask", costly));
  const auto refused = config_map("a11", rest);
  EXPECT_EQ(refused.code, 403) << refused.body;
  call("delete", kMutating, "", "costly");
  configure(kMutating, "costly", hook("costly", "/ask", costly + R"(,"failurePolicy":"Ignore")"));
  EXPECT_EQ(config_map("a11", rest).code, 201);
  EXPECT_THAT(server_.questions("/ask"), SizeIs(0));
}

}  // namespace
}  // namespace kubus::apiserver
