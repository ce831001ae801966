// Another server decides where nobody here has an opinion.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <fstream>
#include <functional>
#include <mutex>

#include "tests/own_plane.h"
#include "tests/series_value.h"
#include "tests/webhook_kubeconfig.h"
#include "tls_client.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kMaps = "/api/v1/namespaces/default/configmaps";
constexpr const char* kAllow = R"({"allowed":true})";
constexpr const char* kNoOpinion = R"({"allowed":false,"reason":"not in the list"})";

class WebhookAuthorization : public OwnPlaneTest {
 protected:
  void SetUp() override {
    OwnPlaneTest::SetUp();
    if (IsSkipped()) return;
    hooks_.on_whole("/authorize", [this](const std::string& question) {
      const auto spec = json::parse(question).at("spec").as_object();
      const std::lock_guard lock(mutex_);
      return R"({"kind":"SubjectAccessReview","status":)" + rule_(spec) + "}";
    });
    const auto kubeconfig =
        write_webhook_kubeconfig(hooks_, "/authorize", dir_.path() + "/webhook.yaml");
    const auto tokens = dir_.path() + "/tokens.csv";
    std::ofstream(tokens) << "jane-token,jane,7,\"staff\"\n";
    plane_->restart_apiserver({{"authorization_webhook_config_file", kubeconfig},
                               {"authorization_webhook_version", "v1"},
                               {"token_auth_file", tokens}});
  }

  // What the webhook says, by the spec of the question.
  void decide_by(std::function<std::string(const json::object&)> rule) {
    const std::lock_guard lock(mutex_);
    rule_ = std::move(rule);
  }
  // It allows these verbs, on whatever.
  void allow(std::vector<std::string> verbs) {
    decide_by([verbs = std::move(verbs)](const json::object& spec) -> std::string {
      const auto* asked = spec.if_contains("resourceAttributes");
      if (!asked) asked = spec.if_contains("nonResourceAttributes");
      const std::string verb(asked->at("verb").as_string());
      return std::find(verbs.begin(), verbs.end(), verb) == verbs.end() ? kNoOpinion : kAllow;
    });
  }

  // The answer to jane.
  std::string ask(const std::string& method, const std::string& target,
                  const std::string& body = "", const std::string& fields = "") {
    std::ifstream file(plane_->cert_dir() + "/ca.crt");
    const std::string ca{std::istreambuf_iterator<char>(file), {}};
    testing::TlsClient client(plane_->https_port(), ca);
    client.send(method + " " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" +
                "Authorization: Bearer jane-token\r\n" + fields +
                (body.empty() ? ""
                              : "Content-Type: application/json\r\nContent-Length: " +
                                    std::to_string(body.size()) + "\r\n") +
                "\r\n" + body);
    return client.rest();
  }
  std::vector<std::string> questions() const { return hooks_.questions("/authorize"); }

  HookServer hooks_;

 private:
  std::mutex mutex_;
  std::function<std::string(const json::object&)> rule_ = [](const json::object&) {
    return std::string(kNoOpinion);
  };
};

TEST_F(WebhookAuthorization, IsAskedWhereNobodyHereHasAnOpinion) {
  allow({"list"});
  EXPECT_THAT(ask("GET", std::string(kMaps) + "?fieldSelector=metadata.name%3Da" +
                             "&labelSelector=tier,app+notin+(x,y)"),
              HasSubstr("HTTP/1.1 200"));
  const auto asked = json::parse(questions().back()).as_object();
  EXPECT_EQ(asked.at("apiVersion"), "authorization.k8s.io/v1");
  EXPECT_EQ(asked.at("spec"), json::parse(R"({
      "resourceAttributes":{"namespace":"default","verb":"list","version":"v1",
        "resource":"configmaps","name":"a",
        "fieldSelector":{"requirements":[
          {"key":"metadata.name","operator":"In","values":["a"]}]},
        "labelSelector":{"requirements":[{"key":"app","operator":"NotIn","values":["x","y"]},
          {"key":"tier","operator":"Exists"}]}},
      "user":"jane","uid":"7","groups":["staff","system:authenticated"]})"));
  EXPECT_THAT(ask("GET", std::string(kMaps) + "/a"),
              AllOf(HasSubstr("HTTP/1.1 403"),
                    HasSubstr(R"(configmaps \"a\" is forbidden: User \"jane\" cannot get resource )"
                              R"(\"configmaps\" in API group \"\" in the namespace \"default\": )"
                              R"(not in the list)")));
}

TEST_F(WebhookAuthorization, IsNotAskedAboutWhatRolesAllow) {
  EXPECT_THAT(ask("GET", "/version"), HasSubstr("HTTP/1.1 200"));
  EXPECT_THAT(questions(), IsEmpty());
}

TEST_F(WebhookAuthorization, IsRemembered) {
  allow({"list"});
  for (int i = 0; i < 3; ++i) EXPECT_THAT(ask("GET", kMaps), HasSubstr("HTTP/1.1 200"));
  for (int i = 0; i < 3; ++i) EXPECT_THAT(ask("DELETE", kMaps), HasSubstr("HTTP/1.1 403"));
  EXPECT_EQ(questions().size(), 2U);
}

TEST_F(WebhookAuthorization, IsCountedWhereItEndsTheMatter) {
  const auto decided = [](const char* decision, const char* name, const char* type) {
    return series_value(std::string("apiserver_authorization_decisions_total{decision=\"") +
                        decision + "\",name=\"" + name + "\",type=\"" + type + "\"}");
  };
  const auto by_webhook = decided("allowed", "default", "Webhook");
  const auto refused = decided("denied", "default", "Webhook");
  const auto by_roles = decided("allowed", "rbac", "RBAC");
  allow({"list"});
  ask("GET", kMaps);
  ask("GET", std::string(kMaps) + "/a");
  ask("GET", "/version");
  EXPECT_EQ(decided("allowed", "default", "Webhook"), by_webhook + 1);
  EXPECT_EQ(decided("denied", "default", "Webhook"), refused);
  EXPECT_GE(decided("allowed", "rbac", "RBAC"), by_roles + 1);
  decide_by([](const json::object&) { return R"({"allowed":false,"denied":true})"; });
  ask("DELETE", std::string(kMaps) + "/a");
  EXPECT_EQ(decided("denied", "default", "Webhook"), refused + 1);
}

TEST_F(WebhookAuthorization, MayBeUnableToTell) {
  hooks_.on_raw("/authorize", 403, "who are you");
  EXPECT_THAT(ask("GET", kMaps),
              AllOf(HasSubstr("HTTP/1.1 500"),
                    HasSubstr(std::string("Internal Server Error: \"") + kMaps +
                              "\": who are you\n")));
  // What does not work is not remembered.
  EXPECT_THAT(ask("GET", kMaps), HasSubstr("HTTP/1.1 500"));
  EXPECT_EQ(questions().size(), 2U);
}

TEST_F(WebhookAuthorization, IsTriedAgainWhenItFails) {
  int failures = 2;
  hooks_.on_whole("/authorize", [&failures](const std::string&) {
    return failures-- > 0 ? std::string() : R"({"status":{"allowed":true}})";
  });
  EXPECT_THAT(ask("GET", kMaps), HasSubstr("HTTP/1.1 200"));
  EXPECT_EQ(questions().size(), 3U);
}

TEST_F(WebhookAuthorization, SaysWhoMayActAsSomebodyElse) {
  decide_by([](const json::object& spec) -> std::string {
    return spec.at("user") == "bob" ||
                   spec.at("resourceAttributes").at("name") == json::value("bob")
               ? kAllow
               : kNoOpinion;
  });
  EXPECT_THAT(ask("GET", kMaps, "", "Impersonate-User: bob\r\n"), HasSubstr("HTTP/1.1 200"));
  EXPECT_THAT(ask("GET", kMaps, "", "Impersonate-User: bob\r\nImpersonate-Group: wheel\r\n"),
              AllOf(HasSubstr("HTTP/1.1 403"), HasSubstr(R"(groups \"wheel\" is forbidden)")));
}

TEST_F(WebhookAuthorization, SaysWhoMayGrantMoreThanTheyHold) {
  const std::string path = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles";
  const std::string role =
      R"({"metadata":{"name":"r"},"rules":[{"apiGroups":[""],"resources":["pods"],)"
      R"("verbs":["get"]}]})";
  allow({"create"});
  EXPECT_THAT(ask("POST", path, role),
              AllOf(HasSubstr("HTTP/1.1 403"),
                    HasSubstr("is attempting to grant RBAC permissions not currently held")));
  // Without its settings the server knows neither the webhook nor the token.
  plane_->restart_apiserver({});
  EXPECT_THAT(ask("POST", path, role), HasSubstr("HTTP/1.1 401"));
}

TEST_F(WebhookAuthorization, LetsThoseGrantWhomItAllowsTo) {
  allow({"create", "escalate"});
  EXPECT_THAT(ask("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles",
                  R"({"metadata":{"name":"r"},"rules":[{"apiGroups":[""],"resources":["pods"],)"
                  R"("verbs":["get"]}]})"),
              HasSubstr("HTTP/1.1 201"));
}

TEST_F(WebhookAuthorization, SaysWhetherAnUpdateMayCreate) {
  const std::string path = "/apis/coordination.k8s.io/v1/namespaces/default/leases/l";
  allow({"update"});
  EXPECT_THAT(ask("PUT", path, R"({"metadata":{"name":"l"}})"),
              AllOf(HasSubstr("HTTP/1.1 403"), HasSubstr("cannot create resource")));
}

TEST_F(WebhookAuthorization, IsPartOfAccessReviews) {
  allow({"list"});
  const std::string path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  const auto question = [](const char* verb) {
    return std::string(R"({"spec":{"resourceAttributes":{"namespace":"default","resource":"pods",)") +
           R"("verb":")" + verb + "\"}}}";
  };
  EXPECT_THAT(ask("POST", path, question("list")), HasSubstr(R"("status":{"allowed":true})"));
  EXPECT_THAT(ask("POST", path, question("get")),
              HasSubstr(R"("status":{"allowed":false,"reason":"not in the list"})"));
  ask("POST", path, R"({"spec":{"resourceAttributes":{"resource":"pods","verb":"delete",
      "fieldSelector":{"requirements":[{"key":"spec.nodeName","operator":"In","values":["a,b=c"]},
        {"key":"status.phase","operator":"In","values":["x","y"]}]},
      "labelSelector":{"requirements":[{"key":"tier","operator":"In","values":["b","a"]},
        {"key":"app","operator":"DoesNotExist"},{"key":"size","operator":"Near"}]}}}})");
  EXPECT_EQ(json::parse(questions().back()).at_pointer("/spec/resourceAttributes"),
            json::parse(R"({"verb":"delete","version":"*","resource":"pods",
        "fieldSelector":{"requirements":[
          {"key":"spec.nodeName","operator":"In","values":["a,b=c"]}]},
        "labelSelector":{"requirements":[{"key":"app","operator":"DoesNotExist"},
          {"key":"tier","operator":"In","values":["a","b"]}]}})"));
  hooks_.on_raw("/authorize", 401, "");
  EXPECT_THAT(ask("POST", path, question("watch")),
              HasSubstr(R"("evaluationError":"the server has asked for the client to provide )"
                        R"(credentials")"));
}

TEST_F(WebhookAuthorization, MustBeConfiguredWithWhatCanBeRead) {
  EXPECT_THROW(plane_->restart_apiserver({{"authorization_webhook_config_file", "/nowhere"}}),
               std::runtime_error);
  EXPECT_THROW(plane_->restart_apiserver({{"authorization_webhook_version", "v2"}}),
               std::runtime_error);
}

}  // namespace
}  // namespace kubus::apiserver
