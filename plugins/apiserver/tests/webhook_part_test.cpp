// Webhooks and policies that are asked about parts of objects, and about what is posted to them.
#include <gmock/gmock.h>

#include "tests/webhook_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class WebhookPartTest : public WebhooksTest {
 protected:
  void SetUp() override {
    WebhooksTest::SetUp();
    if (IsSkipped()) return;
    server_.on("/yes", [](const std::string&) { return R"("allowed":true)"; });
    server_.on("/no", [](const std::string&) { return R"("allowed":false)"; });
  }
  void TearDown() override {
    WebhooksTest::TearDown();
    for (const auto* kind : {"apps/deployments", "/pods"})
      call("deletecollection", kind, "default", "", "", {{"gracePeriodSeconds", "0"}});
  }
  static void deploy(const std::string& name) {
    const auto made = create("apps/deployments", "default",
                             R"({"metadata":{"name":")" + name +
                                 R"("},"spec":{"replicas":1,"selector":{"matchLabels":{"a":"b"}},)"
                                 R"("template":{"metadata":{"labels":{"a":"b"}},"spec":{)"
                                 R"("containers":[{"name":"c","image":"i"}]}}}})");
    ASSERT_EQ(made.code, 201) << made.body;
  }
  static void run(const std::string& name) {
    const auto made = create("/pods", "default",
                             R"({"metadata":{"name":")" + name +
                                 R"("},"spec":{"containers":[{"name":"c","image":"i"}]}})");
    ASSERT_EQ(made.code, 201) << made.body;
  }
  std::string told(const std::string& field) const { return asked("/yes", "request." + field); }
};

TEST_F(WebhookPartTest, AScaleIsAScale) {
  deploy("s1");
  server_.on("/scale", [](const std::string&) {
    return patch(R"([{"op":"replace","path":"/spec/replicas","value":3}])");
  });
  configure(kMutating, "scale", hook("scale", "/scale", rule("apps", "v1", "*/scale")));
  configure(kValidating, "scale", hook("scale", "/yes", rule("apps", "v1", "deployments/scale")));
  const auto scaled = call("patch", "apps/deployments/scale", "default", "s1",
                           R"({"spec":{"replicas":2}})", {}, kMerge);
  ASSERT_EQ(scaled.code, 200) << scaled.body;
  EXPECT_EQ(scaled.at("spec.replicas"), "3");
  EXPECT_EQ(get("apps/deployments", "default", "s1").at("spec.replicas"), "3");
  EXPECT_EQ(asked("/scale", "request.object.spec.replicas"), "2");
  EXPECT_EQ(told("operation"), "UPDATE");
  EXPECT_EQ(told("kind.group") + "/" + told("kind.version") + " " + told("kind.kind"),
            "autoscaling/v1 Scale");
  EXPECT_EQ(told("resource.group") + " " + told("resource.resource"), "apps deployments");
  EXPECT_EQ(told("subResource"), "scale");
  EXPECT_EQ(told("name"), "s1");
  EXPECT_EQ(told("object.kind"), "Scale");
  EXPECT_EQ(told("object.spec.replicas"), "3");
  EXPECT_EQ(told("oldObject.spec.replicas"), "1");
  EXPECT_EQ(told("object.status.selector"), "a=b");
  EXPECT_EQ(told("options.kind"), "UpdateOptions");
  server_.on("/scale", [](const std::string&) {
    return patch(R"([{"op":"replace","path":"/spec/replicas","value":-1}])");
  });
  const auto wrong = call("patch", "apps/deployments/scale", "default", "s1",
                          R"({"spec":{"replicas":2}})", {}, kMerge);
  EXPECT_EQ(wrong.code, 422) << wrong.body;
  EXPECT_THAT(wrong.at("message"), HasSubstr("must be greater than or equal to 0"));
}

TEST_F(WebhookPartTest, RulesNameAllPartsOrOne) {
  deploy("s2");
  const struct {
    const char* resource;
    bool of_scale, of_whole;
  } kCases[] = {
      {"deployments", false, true},     {"deployments/*", true, true}, {"*/scale", true, false},
      {"deployments/status", false, false}, {"*/*", true, true},       {"*", false, true},
  };
  for (const auto& one : kCases) {
    configure(kValidating, "part", hook("part", "/no", rule("apps", "v1", one.resource)));
    const auto change = [](const std::string& path) {
      return call("patch", path, "default", "s2", R"({"spec":{"replicas":1}})",
                  {{"dryRun", "All"}}, kMerge)
          .code;
    };
    EXPECT_EQ(change("apps/deployments/scale"), one.of_scale ? 400 : 200) << one.resource;
    EXPECT_EQ(change("apps/deployments"), one.of_whole ? 400 : 200) << one.resource;
    call("delete", kValidating, "", "part");
  }
}

TEST_F(WebhookPartTest, BindingsAreSeenBeforeThePodIsBound) {
  run("p1");
  run("p2");
  server_.on("/bind", [](const std::string&) {
    return patch(R"([{"op":"replace","path":"/target/name","value":"elsewhere"}])");
  });
  configure(kMutating, "bind", hook("bind", "/bind", rule("", "v1", "pods/binding")));
  configure(kValidating, "bind", hook("bind", "/yes", rule("", "v1", "pods/*", R"("CREATE")")));
  const auto bind = [](const std::string& path, const std::string& pod) {
    return call("create", path, "default", path == "/bindings" ? "" : pod,
                R"({"metadata":{"name":")" + pod + R"("},"target":{"kind":"Node","name":"here"}})");
  };
  const auto bound = bind("/pods/binding", "p1");
  ASSERT_EQ(bound.code, 201) << bound.body;
  EXPECT_EQ(get("/pods", "default", "p1").at("spec.nodeName"), "elsewhere");
  EXPECT_EQ(told("kind.kind"), "Binding");
  EXPECT_EQ(told("resource.resource"), "pods");
  EXPECT_EQ(told("subResource"), "binding");
  EXPECT_EQ(told("operation"), "CREATE");
  EXPECT_EQ(told("name"), "p1");
  EXPECT_EQ(told("object.target.name"), "elsewhere");
  // The old way to say it is a resource of its own.
  const auto before = server_.questions("/yes").size();
  EXPECT_EQ(bind("/bindings", "p2").code, 201);
  EXPECT_EQ(get("/pods", "default", "p2").at("spec.nodeName"), "here");
  EXPECT_THAT(server_.questions("/yes"), SizeIs(before));
}

TEST_F(WebhookPartTest, AnEvictionIsAskedAboutAndNotTheDeletionItComesTo) {
  run("p3");
  configure(kValidating, "evict", hook("evict", "/yes", rule("", "v1", "pods/eviction")));
  configure(kValidating, "gone", hook("gone", "/no", rule("", "v1", "pods", R"("DELETE")")));
  const auto evict = [] {
    return call("create", "/pods/eviction", "default", "p3",
                R"({"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p3"}})");
  };
  EXPECT_EQ(evict().code, 201);
  EXPECT_EQ(told("operation"), "CREATE");
  EXPECT_EQ(told("kind.group") + " " + told("kind.kind"), "policy Eviction");
  EXPECT_EQ(told("options.kind"), "CreateOptions");
  EXPECT_THAT(server_.questions("/no"), IsEmpty());
  call("delete", kValidating, "", "evict");
  call("delete", kValidating, "", "gone");
  run("p4");
  configure(kValidating, "evict", hook("evict", "/no", rule("", "v1", "pods/eviction")));
  const auto refused = call("create", "/pods/eviction", "default", "p4",
                            R"({"metadata":{"name":"p4"}})");
  EXPECT_EQ(refused.code, 400) << refused.body;
  EXPECT_EQ(get("/pods", "default", "p4").code, 200);
}

TEST_F(WebhookPartTest, TokensAndQuestionsAreAskedAbout) {
  ASSERT_EQ(create("/serviceaccounts", "default", R"({"metadata":{"name":"acc"}})").code, 201);
  server_.on("/token", [](const std::string&) {
    return patch(R"([{"op":"add","path":"/spec/expirationSeconds","value":1200}])");
  });
  configure(kMutating, "token", hook("token", "/token", rule("", "v1", "serviceaccounts/token")));
  configure(kValidating, "token", hook("token", "/yes", rule("", "v1", "serviceaccounts/token")));
  const auto made = call("create", "/serviceaccounts/token", "default", "acc", "{}");
  ASSERT_EQ(made.code, 201) << made.body;
  EXPECT_EQ(made.at("spec.expirationSeconds"), "1200");
  EXPECT_EQ(told("kind.group") + " " + told("kind.kind"), "authentication.k8s.io TokenRequest");
  EXPECT_EQ(told("object.spec.expirationSeconds"), "1200");
  EXPECT_EQ(told("object.status.token"), "");
  configure(kValidating, "ask",
            hook("ask", "/no", rule("authorization.k8s.io", "v1", "selfsubjectaccessreviews")));
  const auto refused = create("authorization.k8s.io/selfsubjectaccessreviews", "",
                              R"({"spec":{"nonResourceAttributes":{"path":"/","verb":"get"}}})");
  EXPECT_EQ(refused.code, 400) << refused.body;
  call("delete", "/serviceaccounts", "default", "acc");
}

TEST_F(WebhookPartTest, NamespacesAreInThemselvesAndTheirEndIsAskedAbout) {
  configure(kValidating, "ns",
            hook("ns", "/yes",
                 rule("", "v1", "namespaces/*") + R"(,"namespaceSelector":{"matchLabels":)"
                                                  R"({"kubernetes.io/metadata.name":"mine"}})"));
  ASSERT_EQ(create("/namespaces", "", R"({"metadata":{"name":"mine"}})").code, 201);
  EXPECT_EQ(told("namespace"), "mine");
  EXPECT_EQ(told("name"), "mine");
  ASSERT_EQ(create("/namespaces", "", R"({"metadata":{"name":"theirs"}})").code, 201);
  EXPECT_EQ(told("name"), "mine");
  const auto read = get("/namespaces", "", "mine");
  const auto finalized = call("update", "/namespaces/finalize", "", "mine", read.body);
  EXPECT_EQ(finalized.code, 200) << finalized.body;
  EXPECT_EQ(told("subResource"), "finalize");
  EXPECT_EQ(told("object.kind"), "Namespace");
  call("delete", "/namespaces", "", "theirs");
  call("delete", "/namespaces", "", "mine");
}

TEST_F(WebhookPartTest, ACollectionIsDeletedOneByOneWithoutNames) {
  configure(kValidating, "del", hook("del", "/yes", rule("", "v1", "configmaps", R"("DELETE")")));
  ASSERT_EQ(config_map("d1", R"(,"labels":{"del":"x"})").code, 201);
  EXPECT_EQ(call("deletecollection", "/configmaps", "default", "", "", {{"labelSelector", "del=x"}})
                .code,
            200);
  EXPECT_EQ(told("name"), "");
  EXPECT_EQ(told("oldObject.metadata.name"), "d1");
}

}  // namespace
}  // namespace kubus::apiserver
