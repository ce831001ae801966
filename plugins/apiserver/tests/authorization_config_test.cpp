// What an AuthorizationConfiguration may say.
#include "auth/authorization_config.h"

#include <gmock/gmock.h>

#include <fstream>

#include "temp_dir.h"

namespace kubus::apiserver {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class AuthorizationConfigTest : public ::testing::Test {
 protected:
  AuthorizationConfigTest() { std::ofstream(file()) << "any"; }
  std::string file() const { return dir_.path() + "/hook.yaml"; }
  static std::string document(const std::string& authorizers) {
    return "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthorizationConfiguration\n"
           "authorizers: " + authorizers;
  }
  // One webhook, with what is said of it.
  std::string webhook(const std::string& more, const std::string& connection = "") const {
    return document(
        "[{type: Webhook, name: hook, webhook: {timeout: 3s, subjectAccessReviewVersion: v1, "
        "matchConditionSubjectAccessReviewVersion: v1, failurePolicy: Deny, connectionInfo: " +
        (connection.empty() ? "{type: KubeConfigFile, kubeConfigFile: '" + file() + "'}"
                            : connection) +
        more + "}}]");
  }
  static std::string why(const std::string& text, const std::vector<std::string>& needed = {}) {
    const auto read = read_authorization_config(text, needed);
    return read.ok() ? "fine" : std::string(read.status().message());
  }

  kernel::TempDir dir_;
};

TEST_F(AuthorizationConfigTest, SaysWhoIsAskedInWhichOrder) {
  const auto read = read_authorization_config(document(
      "[{type: Webhook, name: first.example.com, webhook: {timeout: 3s, authorizedTTL: 1m, "
      "cacheUnauthorizedRequests: false, subjectAccessReviewVersion: v1, "
      "matchConditionSubjectAccessReviewVersion: v1, failurePolicy: Deny, "
      "connectionInfo: {type: KubeConfigFile, kubeConfigFile: '" + file() +
      "'}, matchConditions: [{expression: has(request.resourceAttributes)}]}}, "
      "{type: RBAC, name: rbac}, {type: Node, name: node}]"));
  ASSERT_TRUE(read.ok()) << read.status().message();
  ASSERT_EQ(read->size(), 3U);
  const auto& hook = (*read)[0].webhook;
  EXPECT_EQ((*read)[0].name, "first.example.com");
  EXPECT_EQ((*read)[1].type, "RBAC");
  EXPECT_EQ((*read)[2].type, "Node");
  EXPECT_EQ(hook.config_file, file());
  EXPECT_EQ(hook.timeout, std::chrono::seconds(3));
  EXPECT_EQ(hook.allowed_ttl, std::chrono::minutes(1));
  EXPECT_EQ(hook.denied_ttl.count(), 0);
  EXPECT_EQ(hook.on_error, Verdict::kDeny);
  RequestInfo pods;
  pods.is_resource = true;
  EXPECT_TRUE(*hook.conditions.hold({"jane", {}, {}}, pods));
  EXPECT_FALSE(*hook.conditions.hold({"jane", {}, {}}, RequestInfo()));
}

TEST_F(AuthorizationConfigTest, IsWrongInTheWordsOfTheReference) {
  EXPECT_EQ(why(document("[]")),
            "authorizers: Required value: at least one authorization mode must be defined");
  EXPECT_EQ(why(document("[{name: x}]")), "authorizers[0].type: Required value");
  EXPECT_EQ(why(document("[{type: X, name: x}]")),
            "authorizers[0].type: Unsupported value: \"X\": supported values: \"ABAC\", "
            "\"AlwaysAllow\", \"AlwaysDeny\", \"Node\", \"RBAC\", \"Webhook\"");
  EXPECT_EQ(why(document("[{type: RBAC, name: rbac}, {type: RBAC, name: rbac}]")),
            "authorizers[1].type: Duplicate value: \"RBAC\"");
  EXPECT_EQ(why(document("[{type: RBAC}, {type: Node, name: NODE}]")),
            "[authorizers[0].name: Required value, authorizers[1].name: Invalid value: \"NODE\": "
            "authorizer name is invalid: a lowercase RFC 1123 subdomain must consist of lower case "
            "alphanumeric characters, '-' or '.', and must start and end with an alphanumeric "
            "character (e.g. 'example.com', regex used for validation is "
            "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')]");
  EXPECT_EQ(why(document("[{type: RBAC, name: rbac, webhook: {}}]")),
            "authorizers[0].webhook: Invalid value: \"non-null\": may only be specified when "
            "type=Webhook");
  EXPECT_EQ(why(document("[{type: Webhook, name: hook}]")),
            "authorizers[0].webhook: Required value: required when type=Webhook");
  EXPECT_EQ(why(document("[{type: Webhook, name: hook, webhook: {}}]")),
            "[authorizers[0].timeout: Required value, "
            "authorizers[0].subjectAccessReviewVersion: Required value, "
            "authorizers[0].matchConditionSubjectAccessReviewVersion: Required value, "
            "authorizers[0].failurePolicy: Required value, "
            "authorizers[0].connectionInfo.type: Required value]");
  EXPECT_EQ(why(document("[{type: RBAC, name: roles}]")),
            "expected name rbac for authorizer RBAC instead of roles");
  EXPECT_EQ(why(document("[{type: Node, name: node}]"), {"RBAC", "Node"}),
            "missing required types: [RBAC]");
  EXPECT_THAT(why(document("[{type: ABAC, name: abac}]")), HasSubstr("ABAC are not supported"));
}

TEST_F(AuthorizationConfigTest, AWebhookHasItsBounds) {
  EXPECT_EQ(why(webhook("")), "fine");
  EXPECT_EQ(why(webhook(", timeout: 31s")),
            "authorizers[0].timeout: Invalid value: \"31s\": must be > 0s and <= 30s");
  EXPECT_EQ(why(webhook(", authorizedTTL: -1s, unauthorizedTTL: -2s")),
            "[authorizers[0].authorizedTTL: Invalid value: \"-1s\": must be > 0s, "
            "authorizers[0].unauthorizedTTL: Invalid value: \"-2s\": must be > 0s]");
  EXPECT_EQ(why(webhook(", subjectAccessReviewVersion: v2, failurePolicy: Ask")),
            "[authorizers[0].subjectAccessReviewVersion: Unsupported value: \"v2\": supported "
            "values: \"v1\", \"v1beta1\", authorizers[0].failurePolicy: Unsupported value: "
            "\"Ask\": supported values: \"NoOpinion\", \"Deny\"]");
  EXPECT_EQ(why(webhook("", "{type: KubeConfigFile}")),
            "authorizers[0].connectionInfo.kubeConfigFile: Required value");
  EXPECT_EQ(why(webhook("", "{type: KubeConfigFile, kubeConfigFile: here}")),
            "authorizers[0].connectionInfo.kubeConfigFile: Invalid value: \"here\": must be an "
            "absolute path");
  EXPECT_EQ(why(webhook("", "{type: KubeConfigFile, kubeConfigFile: '" + dir_.path() + "'}")),
            "authorizers[0].connectionInfo.kubeConfigFile: Invalid value: \"" + dir_.path() +
                "\": must be a regular file");
  EXPECT_EQ(why(webhook("", "{type: KubeConfigFile, kubeConfigFile: /nowhere}")),
            "authorizers[0].connectionInfo.kubeConfigFile: Invalid value: \"/nowhere\": error "
            "loading file: stat /nowhere: no such file or directory");
  EXPECT_EQ(why(webhook("", "{type: InClusterConfig}")),
            "unknown webhook connection info type \"InClusterConfig\"");
}

TEST_F(AuthorizationConfigTest, ConditionsMustCompile) {
  const auto conditions = [this](const std::string& text) {
    return why(webhook(", matchConditions: [" + text + "]"));
  };
  const std::string at = "authorizers[0].matchConditions[0].expression: ";
  EXPECT_EQ(conditions("{expression: ' '}"), at + "Required value");
  EXPECT_EQ(conditions("{expression: request.user}"),
            at + "Invalid value: \"request.user\": must evaluate to bool but got string");
  EXPECT_THAT(conditions("{expression: request.name == ''}"),
              HasSubstr(at + "Invalid value: \"request.name == ''\": compilation failed: "));
  EXPECT_EQ(conditions("{expression: 'true'}, {expression: 'true'}"),
            "authorizers[0].matchConditions[1].expression: Duplicate value: \"true\"");
  std::string many;
  for (int i = 0; i < 65; ++i)
    many += (i == 0 ? "" : ", ") + std::string("{expression: 'true'}");
  EXPECT_EQ(conditions(many),
            "authorizers[0].matchConditions: Too many: 65: must have at most 64 items");
}

TEST_F(AuthorizationConfigTest, ConditionsSeeTheWholeReview) {
  ErrorList errors;
  const auto holds = [&](const char* expression, const RequestInfo& info) {
    const auto conditions = MatchConditions::compile({expression}, Path("c"), errors);
    const auto answer = conditions.hold({"jane", {"dev"}, {}, 0, "7", {{"team", {"a"}}}}, info);
    return answer.ok() ? (*answer ? "yes" : "no") : std::string(answer.status().message());
  };
  RequestInfo list;
  list.is_resource = true;
  list.verb = "list";
  list.resource = "pods";
  list.field_selector = "spec.nodeName=a";
  list.label_selector = "app in (x,y),!old";
  EXPECT_EQ(holds("request.user == 'jane' && 'dev' in request.groups && request.uid == '7' && "
                  "request.extra['team'] == ['a']", list), "yes");
  EXPECT_EQ(holds("request.resourceAttributes.namespace == '' && "
                  "!has(request.nonResourceAttributes)", list), "yes");
  EXPECT_EQ(holds("request.resourceAttributes.fieldSelector.requirements.exists(r, r.key == "
                  "'spec.nodeName' && r.operator == 'In' && r.values == ['a'])", list), "yes");
  EXPECT_EQ(holds("request.resourceAttributes.labelSelector.requirements.map(r, r.operator) == "
                  "['In', 'DoesNotExist']", list), "yes");
  EXPECT_EQ(holds("request.nonResourceAttributes.path == '/x'", list),
            "cel evaluation error: expression 'request.nonResourceAttributes.path == '/x'' "
            "resulted in error: no such key: nonResourceAttributes");
  EXPECT_TRUE(errors.empty()) << join_errors(errors.errors());
}

TEST_F(AuthorizationConfigTest, NothingElseMayStandThere) {
  EXPECT_EQ(why("kind: AuthorizationConfiguration\napiVersion: v1"),
            "kind: must be AuthorizationConfiguration of apiserver.config.k8s.io/v1");
  EXPECT_EQ(why(document("[{type: RBAC, name: rbac, mode: x}]")),
            "authorizers[0]: unknown field \"mode\"");
  EXPECT_EQ(why(document("[{type: 7}]")), "authorizers[0].type: must be a string");
  EXPECT_EQ(why(document("{}")), "authorizers: must be a list");
  EXPECT_EQ(why(webhook(", cacheAuthorizedRequests: 1")),
            "authorizers[0].webhook.cacheAuthorizedRequests: must be true or false");
}

}  // namespace
}  // namespace kubus::apiserver
