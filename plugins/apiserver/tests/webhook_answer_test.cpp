// What comes of the answers of webhooks, good and bad ones, and of those that do not come.
#include <gmock/gmock.h>

#include <future>
#include <optional>

#include "eventually.h"
#include "kubus/metrics.h"
#include "tests/webhook_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

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

TEST_F(WebhooksTest, BadOnesFailTheCallOrNothing) {
  server_.on_raw("/garbage", 200, "no json");
  server_.on_raw("/other-kind", 200, R"({"apiVersion":"v1","kind":"Pod","response":{"uid":"x"}})");
  server_.on_raw("/cut", 200, R"({"apiVersion":)");
  server_.on_raw("/empty", 200, "");
  server_.on_raw("/beta", 200,
                 R"({"apiVersion":"admission.k8s.io/v1beta1","kind":"AdmissionReview"})");
  server_.on_whole("/nameless", [](const std::string& question) {
    return R"({"response":{"allowed":true,"uid":")" +
           json_text(json_at(question, "request.uid")) + R"("}})";
  });
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
      {"/garbage",
       "failed to call webhook: couldn't get version/kind; json parse error: json: cannot "
       "unmarshal string into Go value of type struct { APIVersion string "
       "\"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }"},
      {"/cut",
       "failed to call webhook: couldn't get version/kind; json parse error: unexpected end of "
       "JSON input"},
      {"/empty",
       "failed to call webhook: 0-length response with status code: 200 and content type: "
       "application/json"},
      {"/other-kind",
       "failed to call webhook: no kind \"Pod\" is registered for version \"v1\" in scheme \""},
      {"/beta",
       "failed to call webhook: converting (v1beta1.AdmissionReview) to (v1.AdmissionReview): "
       "unknown conversion"},
      {"/nameless",
       "received invalid webhook response: expected webhook response of admission.k8s.io/v1, "
       "Kind=AdmissionReview, got /, Kind="},
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

TEST_F(WebhooksTest, AreCounted) {
  server_.on("/yes", [](const std::string&) { return R"("allowed":true)"; });
  server_.on("/no", [](const std::string&) {
    return R"("allowed":false,"status":{"code":403,"message":"no"})";
  });
  const std::string skipped = R"("matchConditions":[{"name":"c","expression":"false"}])";
  configure(kMutating, "counted",
            hook("c-yes", "/yes") + "," + hook("c-lost", "/lost", R"("failurePolicy":"Ignore")") +
                "," + hook("c-skipped", "/yes", skipped));
  configure(kValidating, "counted", hook("c-no", "/no"));
  EXPECT_EQ(config_map("w24").code, 403);
  const auto all = metrics::expose();
  const auto labels = [](const std::string& rest) {
    return ".example.com\",operation=\"CREATE\"," + rest;
  };
  for (const auto& line :
       {R"(apiserver_admission_webhook_request_total{code="200",name="c-yes)" +
            labels(R"(rejected="false",type="admit"} 1)"),
        R"(apiserver_admission_webhook_request_total{code="404",name="c-lost)" +
            labels(R"(rejected="false",type="admit"} 1)"),
        R"(apiserver_admission_webhook_request_total{code="403",name="c-no)" +
            labels(R"(rejected="true",type="validating"} 1)"),
        std::string(R"(apiserver_admission_webhook_fail_open_count{name="c-lost.example.com",)"
                    R"(type="admit"} 1)"),
        R"(apiserver_admission_webhook_rejection_count{error_type="no_error",name="c-no)" +
            labels(R"(rejection_code="403",type="validating"} 1)"),
        R"(apiserver_admission_webhook_admission_duration_seconds_count{name="c-yes)" +
            labels(R"(rejected="false",type="admit"} 1)"),
        R"(apiserver_admission_match_condition_exclusions_total{kind="webhook",name="c-skipped)" +
            labels(R"(type="admit"} 1)")})
    EXPECT_THAT(all, HasSubstr(line));
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
  EXPECT_EQ(missing.at("message"),
            "Internal error occurred: failed calling webhook \"svc.example.com\": failed to call "
            "webhook: Post \"https://hooks.default.svc:443/no?timeout=10s\": service \"hooks\" not "
            "found");
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

}  // namespace
}  // namespace kubus::apiserver
