#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <fstream>

#include "eventually.h"
#include "kubus/api/base64.h"
#include "kubus/pki/files.h"
#include "tests/hook_server.h"
#include "tests/own_plane.h"
#include "tls_client.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Auditing : public OwnPlaneTest {
 protected:
  void record(const std::string& rules) {
    const auto policy = dir_.path() + "/policy.yaml";
    std::ofstream(policy) << "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n" << rules;
    plane_->restart_apiserver({{"audit_policy_file", policy}, {"audit_log_path", path()}});
  }

  std::string path() const { return dir_.path() + "/audit.log"; }

  Result<std::string> request(const std::string& verb, const std::string& name,
                              const std::string& body = "") {
    return OwnPlaneTest::request(verb, "configmaps", name, body);
  }

  // The events so far, once there are `count` about configmaps of the tester.
  std::vector<json::object> events(std::size_t count) {
    std::vector<json::object> found;
    EXPECT_TRUE(testing::eventually([&] {
      found.clear();
      std::ifstream file(path());
      for (std::string line; std::getline(file, line);)
        if (line.find("system:kubus:plugin:tester") != std::string::npos)
          found.push_back(json::parse(line).as_object());
      return found.size() >= count;
    }));
    EXPECT_EQ(found.size(), count);
    return found;
  }

  static std::vector<std::string> stages(const std::vector<json::object>& events) {
    std::vector<std::string> found;
    for (const auto& event : events) found.emplace_back(event.at("stage").as_string());
    return found;
  }
};

TEST_F(Auditing, TellsWhoDidWhat) {
  record("- {level: Metadata, resources: [{group: '', resources: [configmaps]}]}\n");
  ASSERT_TRUE(request("create", "", R"({"metadata":{"name":"c"},"data":{"a":"b"}})").ok());
  const auto found = events(2);
  EXPECT_THAT(stages(found), ElementsAre("RequestReceived", "ResponseComplete"));
  const auto& last = found.back();
  EXPECT_EQ(found[0].at("auditID"), last.at("auditID"));
  EXPECT_EQ(last.at("level"), "Metadata");
  EXPECT_EQ(last.at("verb"), "create");
  EXPECT_EQ(last.at("requestURI"), "/api/v1/namespaces/default/configmaps");
  EXPECT_EQ(last.at("user").at("username"), "system:kubus:plugin:tester");
  EXPECT_EQ(last.at("objectRef").at("resource"), "configmaps");
  EXPECT_EQ(last.at("objectRef").at("namespace"), "default");
  EXPECT_EQ(last.at("responseStatus").at("code"), 201);
  EXPECT_EQ(last.at("annotations").at("authorization.k8s.io/decision"), "allow");
  EXPECT_FALSE(last.contains("requestObject"));
  EXPECT_FALSE(last.contains("responseObject"));
}

TEST_F(Auditing, KeepsBodiesWhereTheyAreWanted) {
  record(
      "- {level: Request, verbs: [create], omitStages: [RequestReceived]}\n"
      "- {level: RequestResponse, verbs: [get], omitStages: [RequestReceived], "
      "omitManagedFields: true}\n");
  ASSERT_TRUE(request("create", "", R"({"metadata":{"name":"c"},"data":{"a":"b"}})").ok());
  ASSERT_TRUE(request("get", "c").ok());
  const auto found = events(2);
  EXPECT_EQ(found[0].at("requestObject").at("data").at("a"), "b");
  EXPECT_FALSE(found[0].contains("responseObject"));
  EXPECT_EQ(found[1].at("responseObject").at("data").at("a"), "b");
  EXPECT_FALSE(found[1].at("responseObject").at("metadata").as_object().contains("managedFields"));
}

TEST_F(Auditing, TellsFailures) {
  record("- {level: Metadata, omitStages: [RequestReceived]}\n");
  EXPECT_EQ(request("get", "none").code(), Code::kNotFound);
  const auto found = events(1);
  const auto& status = found[0].at("responseStatus");
  EXPECT_EQ(status.at("code"), 404);
  EXPECT_EQ(status.at("reason"), "NotFound");
  EXPECT_EQ(status.at("message"), "configmaps \"none\" not found");
}

TEST_F(Auditing, KeepsWhatAdmissionPoliciesSay) {
  record(
      "- {level: Metadata, omitStages: [RequestReceived], verbs: [create], "
      "resources: [{group: '', resources: [configmaps]}]}\n");
  const auto make = [&](const std::string& resource, const std::string& body) {
    return ApiClient::of(tester_->context())
        ->raw({"create", "admissionregistration.k8s.io", "v1", resource, "", "", "", {}, body, ""});
  };
  ASSERT_TRUE(make("validatingadmissionpolicies",
                   R"({"metadata":{"name":"p"},"spec":{"matchConstraints":{"resourceRules":[)"
                   R"({"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE"],)"
                   R"("resources":["configmaps"]}]},"validations":[{"expression":"false",)"
                   R"("message":"never"}],"auditAnnotations":[{"key":"who","valueExpression":)"
                   R"("request.userInfo.username"}]}})")
                  .ok());
  ASSERT_TRUE(make("validatingadmissionpolicybindings",
                   R"({"metadata":{"name":"b"},"spec":{"policyName":"p",)"
                   R"("validationActions":["Audit"]}})")
                  .ok());
  ASSERT_TRUE(request("create", "", R"({"metadata":{"name":"c"}})").ok()) << "it is let through";
  const auto found = events(1);
  const auto& annotations = found[0].at("annotations").as_object();
  EXPECT_EQ(annotations.at("p/who"), "system:kubus:plugin:tester");
  const auto failures = json::parse(
      annotations.at("validation.policy.admission.k8s.io/validation_failure").as_string());
  EXPECT_EQ(failures, json::parse(R"([{"message":"never","policy":"p","binding":"b",)"
                                  R"("expressionIndex":0,"validationActions":["Audit"]}])"));
}

TEST_F(Auditing, KeepsWhatPodSecuritySays) {
  record(
      "- {level: Metadata, omitStages: [RequestReceived], verbs: [create], "
      "resources: [{group: '', resources: [pods]}, {group: apps, resources: [deployments]}]}\n");
  const auto make = [&](const std::string& group, const std::string& resource,
                        const std::string& ns, const std::string& body) {
    return ApiClient::of(tester_->context())
        ->raw({"create", group, "v1", resource, ns, "", "", {}, body, ""});
  };
  ASSERT_TRUE(make("", "namespaces", "",
                   R"({"metadata":{"name":"noted","labels":{)"
                   R"("pod-security.kubernetes.io/audit":"baseline"}}})")
                  .ok());
  const std::string pod = R"("spec":{"hostNetwork":true,"containers":[{"name":"c","image":"i"}]})";
  ASSERT_TRUE(make("", "pods", "noted", R"({"metadata":{"name":"p"},)" + pod + "}").ok());
  ASSERT_TRUE(make("apps", "deployments", "noted",
                   R"({"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},)"
                   R"("template":{"metadata":{"labels":{"a":"b"}},)" +
                       pod + "}}}")
                  .ok());
  const auto found = events(2);
  const std::string prefix = "pod-security.kubernetes.io/";
  EXPECT_EQ(found[0].at("annotations").at(prefix + "enforce-policy"), "privileged:latest");
  for (const auto& event : found)
    EXPECT_EQ(event.at("annotations").at(prefix + "audit-violations"),
              "would violate PodSecurity \"baseline:latest\": host namespaces (hostNetwork=true)");
}

TEST_F(Auditing, KeepsWhatWebhooksDo) {
  record(
      "- {level: Request, omitStages: [RequestReceived], verbs: [create], "
      "resources: [{group: '', resources: [configmaps]}]}\n");
  HookServer server;
  server.on("/patch", [](const std::string&) {
    return R"("allowed":true,"patchType":"JSONPatch","patch":")" +
           encode_base64(R"([{"value":{"a":"b"},"op":"add","path":"/data"}])") + '"';
  });
  const auto hook = [&](const std::string& name) {
    return R"({"name":")" + name + R"(.example.com","clientConfig":{"url":")" +
           server.url("/" + name) + R"(","caBundle":")" + server.ca_bundle() +
           R"("},"admissionReviewVersions":["v1"],"sideEffects":"None","failurePolicy":"Ignore",)"
           R"("rules":[{"operations":["CREATE"],"apiGroups":[""],"apiVersions":["v1"],)"
           R"("resources":["configmaps"]}]})";
  };
  for (const std::string kind : {"mutating", "validating"}) {
    const auto hooks = kind == "mutating" ? hook("lost") + "," + hook("patch") : hook("gone");
    const auto made = ApiClient::of(tester_->context())
                          ->raw({"create", "admissionregistration.k8s.io", "v1",
                                 kind + "webhookconfigurations", "", "", "", {},
                                 R"({"metadata":{"name":"w"},"webhooks":[)" + hooks + "]}", ""});
    ASSERT_TRUE(made.ok()) << made.status().message();
  }
  ASSERT_TRUE(request("create", "", R"({"metadata":{"name":"c"}})").ok());
  const auto found = events(1);
  const auto& notes = found[0].at("annotations").as_object();
  const auto note = [&](const std::string& key) {
    const auto* value = notes.if_contains(key);
    return value ? std::string(value->as_string()) : "nothing";
  };
  const std::string who = R"({"configuration":"w","webhook":")";
  EXPECT_EQ(note("mutation.webhook.admission.k8s.io/round_0_index_0"),
            who + R"(lost.example.com","mutated":false})");
  EXPECT_EQ(note("failed-open.mutation.webhook.admission.k8s.io/round_0_index_0"),
            "lost.example.com");
  EXPECT_EQ(note("mutation.webhook.admission.k8s.io/round_0_index_1"),
            who + R"(patch.example.com","mutated":true})");
  EXPECT_EQ(note("patch.webhook.admission.k8s.io/round_0_index_1"),
            who + R"(patch.example.com","patch":[{"op":"add","path":"/data","value":{"a":"b"}}],)"
                  R"("patchType":"JSONPatch"})");
  EXPECT_EQ(note("failed-open.validating.webhook.admission.k8s.io/round_0_index_0"),
            "gone.example.com");
}

TEST_F(Auditing, KeepsWhatWebhooksSay) {
  record(
      "- {level: Metadata, omitStages: [RequestReceived], verbs: [create], "
      "resources: [{group: '', resources: [configmaps]}]}\n");
  HookServer server;
  server.on("/why", [](const std::string&) {
    return R"("allowed":true,"auditAnnotations":{"why":"because"})";
  });
  const auto made = ApiClient::of(tester_->context())
                        ->raw({"create", "admissionregistration.k8s.io", "v1",
                               "validatingwebhookconfigurations", "", "", "", {},
                               R"({"metadata":{"name":"w"},"webhooks":[{"name":"w.example.com",)"
                               R"("clientConfig":{"url":")" +
                                   server.url("/why") + R"(","caBundle":")" + server.ca_bundle() +
                                   R"("},"admissionReviewVersions":["v1"],"sideEffects":"None",)"
                                   R"("rules":[{"operations":["CREATE"],"apiGroups":[""],)"
                                   R"("apiVersions":["v1"],"resources":["configmaps"]}]}]})",
                               ""});
  ASSERT_TRUE(made.ok());
  ASSERT_TRUE(request("create", "", R"({"metadata":{"name":"c"}})").ok());
  const auto found = events(1);
  EXPECT_EQ(found[0].at("annotations").at("w.example.com/why"), "because");
}

// Whatever a client says of itself, an event is a line of JSON.
TEST_F(Auditing, WritesALineForEachEventWhateverIsInIt) {
  record("- {level: Metadata, omitStages: [RequestReceived]}\n");
  const std::string agents[] = {
      R"(a"},{"user":{"username":"admin"}})", "a\tb", "\x1b[2J\x1b]0;title\x07", "a\xff\xc3(b",
      "\xe2\x80\xa8 \xc2\x85 \xe2\x80\xae", std::string(10'000, '\\')};
  for (const auto& agent : agents) {
    testing::TlsClient client(plane_->https_port(),
                              *pki::read_file(plane_->cert_dir() + "/ca.crt"));
    client.send("GET /hostile%0a%22%7b?a=%0d%0a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                "X-Forwarded-For: 1.2.3.4\"\\\r\nUser-Agent: " + agent + "\r\n\r\n");
    client.rest();
  }
  std::vector<json::object> found;
  ASSERT_TRUE(testing::eventually([&] {
    found.clear();
    std::ifstream file(path());
    for (std::string line; std::getline(file, line);)
      if (line.find("/hostile") != std::string::npos) found.push_back(json::parse(line).as_object());
    return found.size() >= 4;
  }));
  for (const auto& event : found) {
    EXPECT_EQ(event.at("user").at("username"), "system:anonymous");
    EXPECT_EQ(event.at("verb"), "get");
    for (const char c : event.at("userAgent").as_string()) EXPECT_NE(c, '\n');
  }
  EXPECT_EQ(found[0].at("userAgent").as_string(), agents[0]);
}

TEST_F(Auditing, DoesNotBeginWithAPolicyThatIsWrong) {
  try {
    record("- {level: Everything}\n");
    FAIL() << "it started";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("policy.yaml: rules[0].level: Unsupported value"));
  }
}

}  // namespace
}  // namespace kubus::apiserver
