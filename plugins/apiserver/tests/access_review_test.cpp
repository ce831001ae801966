// Who may do what: the default roles as users meet them, and the reviews that tell.
#include <gmock/gmock.h>

#include "tests/acting_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;

class AccessReview : public ActingTest {
 protected:
  Reply can(const std::string& user, const std::string& attributes,
            const std::vector<std::string>& groups = {}) const {
    return as(user, "POST", std::string(kReviews) + "/selfsubjectaccessreviews",
              R"({"spec":{"resourceAttributes":)" + attributes + "}}", groups);
  }
};

TEST_F(AccessReview, OfWhatNobodyGranted) {
  const struct {
    const char *method, *path, *message;
  } cases[] = {
      {"GET", "/api/v1/namespaces/default/pods",
       "pods is forbidden: User \"nobody\" cannot list resource \"pods\" in API group \"\" in the "
       "namespace \"default\""},
      {"GET", "/apis/apps/v1/namespaces/default/deployments/web/scale",
       "deployments.apps \"web\" is forbidden: User \"nobody\" cannot get resource "
       "\"deployments/scale\" in API group \"apps\" in the namespace \"default\""},
      {"GET", "/api/v1/nodes?watch=1",
       "nodes is forbidden: User \"nobody\" cannot watch resource \"nodes\" in API group \"\" at "
       "the "
       "cluster scope"},
      {"GET", "/metrics", "forbidden: User \"nobody\" cannot get path \"/metrics\""},
      {"GET", "/livez/ping", "forbidden: User \"nobody\" cannot get path \"/livez/ping\""},
  };
  for (const auto& one : cases) {
    const auto reply = as("nobody", one.method, one.path);
    EXPECT_EQ(reply.code, 403) << one.path;
    EXPECT_EQ(reply.at("message"), one.message);
  }
}

TEST_F(AccessReview, OfWhatEverybodyMaySee) {
  for (const char* path : {"/healthz", "/livez", "/readyz", "/version"})
    EXPECT_EQ(as("system:anonymous", "GET", path).code, 200) << path;
  for (const char* path : {"/api", "/apis/apps", "/openapi/v3", "/metrics", "/livez/ping", "/"})
    EXPECT_EQ(as("system:anonymous", "GET", path).code, 403) << path;
  for (const char* path : {"/api", "/apis/apps", "/openapi/v3"})
    EXPECT_EQ(as("jane", "GET", path).code, 200) << path;
  EXPECT_EQ(as("prometheus", "GET", "/metrics", "", {"system:monitoring"}).code, 200);
  EXPECT_EQ(as("prometheus", "GET", "/livez/ping", "", {"system:monitoring"}).code, 200);
}

TEST_F(AccessReview, SaysWhy) {
  const auto pods = R"({"verb":"get","resource":"pods","namespace":"default"})";
  const auto no = can("reader", pods);
  EXPECT_EQ(no.code, 201) << no.body;
  EXPECT_EQ(no.at("status.allowed"), "false");
  EXPECT_EQ(no.at("status.reason"), "");
  grant("reader", rule(R"("get")", R"("")", R"("pods")"));
  const auto yes = can("reader", pods);
  EXPECT_EQ(yes.at("status.allowed"), "true");
  EXPECT_EQ(yes.at("status.reason"),
            "RBAC: allowed by ClusterRoleBinding \"reader\" of ClusterRole \"reader\" to User "
            "\"reader\"");
  EXPECT_EQ(as("", "DELETE", std::string(kRbac) + "/clusterroles/reader").code, 200);
  EXPECT_EQ(can("reader", pods).at("status.reason"),
            "RBAC: clusterrole.rbac.authorization.k8s.io \"reader\" not found");
  EXPECT_EQ(as("reader", "GET", "/api/v1/pods").at("message"),
            "pods is forbidden: User \"reader\" cannot list resource \"pods\" in API group \"\" at "
            "the cluster scope: RBAC: clusterrole.rbac.authorization.k8s.io \"reader\" not found");
}

TEST_F(AccessReview, OfSomebodyElse) {
  const auto ask = [&](const std::string& user, const std::string& spec) {
    return as(user, "POST", std::string(kReviews) + "/subjectaccessreviews",
              R"({"spec":)" + spec + "}");
  };
  const auto spec = R"({"user":"x","groups":["system:masters"],"resourceAttributes":{"verb":"get",)"
                    R"("resource":"pods"}})";
  EXPECT_EQ(ask("nobody", spec).code, 403);
  EXPECT_EQ(ask("", spec).at("status.allowed"), "true");
  EXPECT_EQ(ask("", R"({"user":"x","nonResourceAttributes":{"verb":"get","path":"/healthz"}})")
                .at("status.allowed"),
            "false");
  EXPECT_EQ(ask("", R"({"user":"x","groups":["system:authenticated"],"nonResourceAttributes":)"
                    R"({"verb":"get","path":"/healthz"}})")
                .at("status.allowed"),
            "true");
}

TEST_F(AccessReview, RefusesQuestionsThatAreNone) {
  const auto reviews = std::string(kReviews);
  const struct {
    std::string path, body, message;
  } cases[] = {
      {reviews + "/selfsubjectaccessreviews", R"({"spec":{}})",
       "SelfSubjectAccessReview.authorization.k8s.io \"\" is invalid: spec.resourceAttributes: "
       "Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be "
       "specified"},
      {reviews + "/subjectaccessreviews", R"({"spec":{"resourceAttributes":{"verb":"get"}}})",
       "SubjectAccessReview.authorization.k8s.io \"\" is invalid: spec.user: Invalid value: \"\": "
       "at "
       "least one of user or group must be specified"},
      {reviews + "/namespaces/default/localsubjectaccessreviews",
       R"({"spec":{"user":"a","resourceAttributes":{"verb":"get","namespace":"other"}}})",
       "LocalSubjectAccessReview.authorization.k8s.io \"\" is invalid: "
       "spec.resourceAttributes.namespace: Invalid value: \"other\": must match "
       "metadata.namespace"},
      {reviews + "/selfsubjectaccessreviews",
       R"({"metadata":{"name":"a"},"spec":{"resourceAttributes":{"verb":"get"}}})",
       "must be empty"},
      {reviews + "/selfsubjectrulesreviews", R"({"spec":{}})", "no namespace on request"},
  };
  for (const auto& one : cases) {
    const auto reply = as("", "POST", one.path, one.body);
    EXPECT_GE(reply.code, 400) << one.body;
    EXPECT_THAT(reply.at("message"), HasSubstr(one.message));
  }
}

TEST_F(AccessReview, ListsRules) {
  const auto list = [&](const std::string& user) {
    return as(user, "POST", std::string(kReviews) + "/selfsubjectrulesreviews",
              R"({"spec":{"namespace":"default"}})");
  };
  const auto nobody = list("nobody");
  EXPECT_EQ(nobody.code, 201);
  EXPECT_THAT(nobody.body, HasSubstr(R"("incomplete":false)"));
  EXPECT_THAT(nobody.body,
              HasSubstr(R"({"verbs":["create"],"apiGroups":["authorization.k8s.io"],"resources":)"
                        R"(["selfsubjectaccessreviews","selfsubjectrulesreviews"]})"));
  EXPECT_THAT(list("").body, HasSubstr(R"({"verbs":["*"],"apiGroups":["*"],"resources":["*"]})"));
}

TEST_F(AccessReview, OfOnesOwnIdentity) {
  const auto self =
      as("jane", "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}", {"staff"});
  EXPECT_THAT(self.body, HasSubstr(R"("userInfo":{"username":"jane","groups":["staff",)"
                                   R"("system:authenticated"]})"));
}

}  // namespace
}  // namespace kubus::apiserver
