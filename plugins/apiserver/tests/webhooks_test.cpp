// Admission webhooks: whom they are asked about, what they may do, and what comes of bad ones.
#include <gmock/gmock.h>

#include <future>
#include <optional>

#include "eventually.h"
#include "kubus/api/base64.h"
#include "tests/api_fixture.h"
#include "tests/hook_server.h"

namespace kubus::apiserver {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr const char* kMutating = "admissionregistration.k8s.io/mutatingwebhookconfigurations";
constexpr const char* kValidating = "admissionregistration.k8s.io/validatingwebhookconfigurations";

std::string patch(const std::string& operations) {
  return R"("allowed":true,"patchType":"JSONPatch","patch":")" + encode_base64(operations) + '"';
}

class WebhooksTest : public ApiTest {
 protected:
  void TearDown() override {
    for (const auto* kind : {kMutating, kValidating}) call("deletecollection", kind, "", "");
  }

  // One webhook of a configuration, about config maps in namespaces labelled for this test unless
  // `rest` says otherwise.
  std::string hook(const std::string& name, const std::string& path,
                   const std::string& rest = {}) const {
    const auto has = [&](const char* field) {
      return rest.find(std::string("\"") + field + "\"") != std::string::npos;
    };
    std::string out = R"({"name":")" + name + R"(.example.com","clientConfig":{"url":")" +
                      server_.url(path) + R"(","caBundle":")" + server_.ca_bundle() +
                      R"("},"admissionReviewVersions":["v1"])";
    if (!has("sideEffects")) out += R"(,"sideEffects":"None")";
    if (!has("rules"))
      out += R"(,"rules":[{"operations":["CREATE","UPDATE"],"apiGroups":[""],)"
             R"("apiVersions":["v1"],"resources":["configmaps"]}])";
    return out + (rest.empty() ? "" : "," + rest) + "}";
  }
  static void configure(const char* kind, const std::string& name, const std::string& hooks) {
    const auto made =
        create(kind, "", R"({"metadata":{"name":")" + name + R"("},"webhooks":[)" + hooks + "]}");
    ASSERT_EQ(made.code, 201) << made.body;
  }

  HookServer server_;
};

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
  EXPECT_EQ(update(R"({"data":{"a":"new"}})").code, 409) << "an object stays what it is";
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

TEST_F(WebhooksTest, RefuseInTheirOwnWords) {
  struct {
    const char* status;
    int code;
    const char* reason;
    const char* message;
  } const kCases[] = {
      {"", 400, "BadRequest",
       "admission webhook \"no.example.com\" denied the request without explanation"},
      {R"(,"status":{"message":"never"})", 400, "BadRequest",
       "admission webhook \"no.example.com\" denied the request: never"},
      {R"(,"status":{"code":403,"reason":"Forbidden","message":"not you"})", 403, "Forbidden",
       "admission webhook \"no.example.com\" denied the request: not you"},
      {R"(,"status":{"code":7000,"reason":"Ok"})", 400, "BadRequest",
       "admission webhook \"no.example.com\" denied the request: Ok"},
      {R"(,"status":{"code":422,"reason":"Invalid"})", 422, "Invalid",
       "admission webhook \"no.example.com\" denied the request: Invalid"},
  };
  std::string status;
  server_.on("/no", [&](const std::string&) { return "\"allowed\":false" + status; });
  for (const auto* kind : {kMutating, kValidating}) {
    configure(kind, "no", hook("no", "/no"));
    for (const auto& one : kCases) {
      status = one.status;
      const auto refused = config_map("w3");
      EXPECT_EQ(refused.code, one.code) << refused.body;
      EXPECT_EQ(refused.at("reason"), one.reason);
      EXPECT_EQ(refused.at("message"), one.message);
    }
    EXPECT_EQ(get("/configmaps", "default", "w3").code, 404);
    call("deletecollection", kind, "", "");
  }
}

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


TEST_F(WebhooksTest, SeeNewObjectsBeforeAndAfterTheyAreFilledIn) {
  server_.on("/before", [](const std::string&) { return patch("[]"); });
  server_.on("/after", [](const std::string&) { return "\"allowed\":true"; });
  configure(kMutating, "before", hook("before", "/before"));
  configure(kValidating, "after", hook("after", "/after"));
  const auto made =
      create("/configmaps", "default",
             R"({"metadata":{"generateName":"w12-","uid":"mine","creationTimestamp":)"
             R"("2020-01-01T00:00:00Z"}})");
  ASSERT_EQ(made.code, 201) << made.body;
  const auto of = [&](const std::string& path, const std::string& field) {
    return json_text(json_at(server_.questions(path).back(), "request." + field));
  };
  for (const auto* field : {"uid", "creationTimestamp", "name"}) {
    const auto at = std::string("object.metadata.") + field;
    EXPECT_EQ(of("/before", at), "") << field;
    EXPECT_EQ(of("/after", at), made.at(std::string("metadata.") + field)) << field;
  }
  EXPECT_NE(made.at("metadata.uid"), "mine");
  EXPECT_EQ(of("/before", "name"), "");
  EXPECT_EQ(of("/after", "name"), made.at("metadata.name"));
}

TEST_F(WebhooksTest, AreToldHowAnObjectIsWritten) {
  server_.on("/how", [](const std::string&) { return "\"allowed\":true"; });
  configure(kValidating, "how",
            hook("how", "/how",
                 R"("rules":[{"operations":["*"],"apiGroups":[""],"apiVersions":["v1"],)"
                 R"("resources":["configmaps"]}])"));
  const auto option = [&](const char* name) {
    return json_text(
        json_at(server_.questions("/how").back(), std::string("request.options.") + name));
  };
  const auto apply = [] {
    return call("patch", "/configmaps", "default", "w13",
                R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"w13"},)"
                R"("data":{"a":"b"}})",
                {{"fieldManager", "me"}, {"force", "true"}}, "application/apply-patch+yaml");
  };
  ASSERT_EQ(apply().code, 201);
  EXPECT_EQ(option("kind"), "CreateOptions");
  EXPECT_EQ(option("fieldManager"), "me");
  ASSERT_EQ(call("patch", "/configmaps", "default", "w13", R"({"data":{"a":"c"}})",
                 {{"fieldManager", "you"}}, kMerge)
                .code,
            200);
  EXPECT_EQ(option("kind"), "UpdateOptions");
  EXPECT_EQ(option("fieldManager"), "you");
  const auto uid = get("/configmaps", "default", "w13").at("metadata.uid");
  ASSERT_EQ(call("delete", "/configmaps", "default", "w13",
                 R"({"gracePeriodSeconds":7,"propagationPolicy":"Background","dryRun":["All"],)"
                 R"("preconditions":{"uid":")" +
                     uid + R"("}})")
                .code,
            200);
  EXPECT_EQ(option("kind"), "DeleteOptions");
  EXPECT_EQ(option("apiVersion"), "meta.k8s.io/v1");
  EXPECT_EQ(option("gracePeriodSeconds"), "7");
  EXPECT_EQ(option("propagationPolicy"), "Background");
  EXPECT_EQ(option("preconditions.uid"), uid);
  EXPECT_THAT(server_.questions("/how").back(), HasSubstr(R"("dryRun":["All"])"));
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

TEST_F(WebhooksTest, BadOnesFailTheCallOrNothing) {
  server_.on_raw("/garbage", 200, "no json");
  server_.on_raw("/other-kind", 200, R"({"apiVersion":"v1","kind":"Pod","response":{"uid":"x"}})");
  server_.on_raw("/absent", 200,
                 R"({"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"})");
  server_.on_raw("/other-uid", 200,
                 R"({"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview",)"
                 R"("response":{"uid":"other","allowed":true}})");
  server_.on_raw("/broken", 500, "oh no");
  server_.on_raw("/huge", 200, std::string(4'000'000, 'x'));
  server_.on("/no-type", [](const std::string&) { return R"("allowed":true,"patch":"W10=")"; });
  server_.on("/no-place",
             [](const std::string&) { return patch(R"([{"op":"remove","path":"/data/x"}])"); });
  server_.on("/no-object", [](const std::string&) {
    return patch(R"([{"op":"replace","path":"/metadata","value":7}])");
  });
  server_.hang("/hang");
  const struct {
    const char* path;
    const char* message;
  } kCases[] = {
      {"/garbage", "received invalid webhook response: "},
      {"/other-kind",
       "received invalid webhook response: expected webhook response of admission.k8s.io/v1, "
       "Kind=AdmissionReview, got v1, Kind=Pod"},
      {"/absent", "received invalid webhook response: webhook response was absent"},
      {"/other-uid", "received invalid webhook response: expected response.uid="},
      {"/broken",
       "failed to call webhook: an error on the server (\"oh no\") has prevented the request from "
       "succeeding"},
      {"/unknown", "failed to call webhook: the server could not find the requested resource"},
      {"/huge", "the answer is larger than 3145728 bytes"},
      {"/no-type", "webhook returned response.patch but not response.patchType"},
      {"/hang", "?timeout=1s\": context deadline exceeded"},
  };
  for (const auto& one : kCases) {
    configure(kMutating, "bad", hook("bad", one.path, R"("timeoutSeconds":1)"));
    const auto failed = config_map("w8");
    EXPECT_EQ(failed.code, 500) << failed.body;
    EXPECT_EQ(failed.at("reason"), "InternalError");
    EXPECT_THAT(failed.at("message"),
                HasSubstr("Internal error occurred: failed calling webhook \"bad.example.com\": "));
    EXPECT_THAT(failed.at("message"), HasSubstr(one.message));
    call("delete", kMutating, "", "bad");
    configure(kMutating, "bad",
              hook("bad", one.path, R"("timeoutSeconds":1,"failurePolicy":"Ignore")"));
    const auto ignored = config_map("w8");
    EXPECT_EQ(ignored.code, 201) << one.path << ignored.body;
    call("delete", "/configmaps", "default", "w8");
    call("delete", kMutating, "", "bad");
  }
  for (const auto* path : {"/no-place", "/no-object"}) {
    configure(kMutating, "bad", hook("bad", path, R"("failurePolicy":"Ignore")"));
    EXPECT_EQ(config_map("w8").code, 500) << path;
    call("delete", kMutating, "", "bad");
  }
}

TEST_F(WebhooksTest, MayGoAwayWithoutAnAnswer) {
  for (const bool ignored : {false, true}) {
    std::optional<HookServer> other(std::in_place);
    other->hang("/cut");
    auto hooks = hook("cut", "/cut", ignored ? R"("failurePolicy":"Ignore")" : "");
    const auto swap = [&](const std::string& from, const std::string& to) {
      hooks.replace(hooks.find(from), from.size(), to);
    };
    swap(server_.url("/cut"), other->url("/cut"));
    swap(server_.ca_bundle(), other->ca_bundle());
    configure(kMutating, "cut", hooks);
    auto made = std::async(std::launch::async, [] { return config_map("w16"); });
    ASSERT_TRUE(testing::eventually([&] { return !other->questions("/cut").empty(); }));
    other.reset();
    const auto reply = made.get();
    EXPECT_EQ(reply.code, ignored ? 201 : 500) << reply.body;
    if (!ignored) {
      EXPECT_THAT(reply.at("message"),
                  HasSubstr("failed calling webhook \"cut.example.com\": failed to call "
                            "webhook: "));
    }
    call("delete", kMutating, "", "cut");
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

TEST_F(WebhooksTest, AreNotAskedAboutDryRunsWhenTheyMayLeaveSomethingBehind) {
  server_.on("/some", [](const std::string&) { return "\"allowed\":true"; });
  for (const auto* kind : {kMutating, kValidating})
    for (const std::string effects : {"Some", "Unknown"}) {
      configure(kind, "some", hook("some", "/some", R"("sideEffects":")" + effects + '"'));
      const auto refused =
          create("/configmaps", "default", R"({"metadata":{"name":"w18"}})", {{"dryRun", "All"}});
      EXPECT_EQ(refused.code, 400) << refused.body;
      EXPECT_EQ(refused.at("message"),
                "admission webhook \"some.example.com\" does not support dry run");
      call("delete", kind, "", "some");
    }
  EXPECT_THAT(server_.questions("/some"), IsEmpty());
}

TEST_F(WebhooksTest, TellWhyTheirServiceIsNotReached) {
  server_.on("/no", [](const std::string&) { return "\"allowed\":false"; });
  const auto hook = [&](const std::string& service) {
    return R"({"name":"svc.example.com","clientConfig":{"service":{"namespace":"default","name":")" +
           service + R"(","path":"/no"},"caBundle":")" + server_.ca_bundle() +
           R"("},"admissionReviewVersions":["v1"],"sideEffects":"None","rules":[)" +
           R"({"operations":["CREATE"],"apiGroups":[""],"apiVersions":["v1"],)" +
           R"("resources":["configmaps"]}]})";
  };
  configure(kValidating, "svc", hook("hooks"));
  const auto missing = config_map("w9");
  EXPECT_EQ(missing.code, 500);
  EXPECT_THAT(missing.at("message"), HasSubstr("service \"hooks\" not found"));
  ASSERT_EQ(create("/services", "default",
                   R"({"metadata":{"name":"hooks"},"spec":{"ports":[{"port":443}]}})")
                .code,
            201);
  EXPECT_THAT(config_map("w9").at("message"),
              HasSubstr("no endpoints available for service \"hooks\""));
  call("delete", "/services", "default", "hooks");
}

TEST_F(WebhooksTest, CertificatesOfOthersAreNotBelieved) {
  server_.on("/yes", [](const std::string&) { return "\"allowed\":true"; });
  const HookServer other;
  auto hooks = hook("tls", "/yes");
  const auto at = hooks.find(server_.ca_bundle());
  hooks.replace(at, server_.ca_bundle().size(), other.ca_bundle());
  configure(kValidating, "tls", hooks);
  const auto refused = config_map("w10");
  EXPECT_EQ(refused.code, 500) << refused.body;
  EXPECT_THAT(refused.at("message"), HasSubstr("x509: certificate signed by unknown authority"));
  EXPECT_THAT(server_.questions("/yes"), IsEmpty());
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
