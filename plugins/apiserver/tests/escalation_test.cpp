// Nobody grants what they do not hold.
#include <gmock/gmock.h>

#include "tests/acting_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;

// May write roles and bindings, and get pods.
const char* const kWriter =
    R"({"verbs":["get","create","update","patch","delete"],"apiGroups":["rbac.authorization.k8s.io"],)"
    R"("resources":["roles","rolebindings","clusterroles","clusterrolebindings"]},)"
    R"({"verbs":["get"],"apiGroups":[""],"resources":["pods"]})";

using Escalation = ActingTest;

TEST_F(Escalation, GrantsWhatIsHeldAndNoMore) {
  grant("writer", kWriter);
  const auto get = rule(R"("get")", R"("")", R"("pods")");
  EXPECT_EQ(as("writer", "POST", roles_in("default"), role("held", get)).code, 201);
  const auto more = as("writer", "POST", roles_in("default"),
                       role("more", rule(R"("get","list")", R"("")", R"("pods","secrets")")));
  EXPECT_EQ(more.code, 403);
  EXPECT_EQ(more.at("message"),
            "roles.rbac.authorization.k8s.io \"more\" is forbidden: user \"writer\" "
            "(groups=[\"system:authenticated\"]) is attempting to grant RBAC permissions not "
            "currently held:\n"
            "{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"list\"]}\n"
            "{APIGroups:[\"\"], Resources:[\"secrets\"], Verbs:[\"get\" \"list\"]}");
  EXPECT_EQ(more.at("reason"), "Forbidden");
  EXPECT_EQ(more.at("details.kind"), "roles");
  EXPECT_EQ(as("", "POST", roles_in("default"),
               role("more", rule(R"("get","list")", R"("")", R"("pods","secrets")")))
                .code,
            201);
}

TEST_F(Escalation, ChecksEachUpdate) {
  grant("changer", kWriter);
  const auto get = rule(R"("get")", R"("")", R"("pods")");
  const auto path = roles_in("default") + "/changed";
  ASSERT_EQ(
      as("", "POST", roles_in("default"), role("changed", rule(R"("*")", R"("*")", R"("*")"))).code,
      201);
  EXPECT_EQ(as("changer", "PATCH", path, R"({"metadata":{"labels":{"a":"b"}}})").code, 403);
  EXPECT_EQ(as("changer", "PATCH", path, R"({"metadata":{"finalizers":["example.com/a"]}})").code,
            200);
  EXPECT_EQ(as("changer", "PATCH", path, R"({"metadata":{"finalizers":null}})").code, 200);
  EXPECT_EQ(as("changer", "PATCH", path, R"({"rules":[)" + get + "]}").code, 200);
}

TEST_F(Escalation, IsLiftedByTheVerbEscalate) {
  grant("climber", std::string(kWriter) + "," +
                       rule(R"("escalate")", R"("rbac.authorization.k8s.io")", R"("roles")"));
  const auto all = rule(R"("*")", R"("*")", R"("*")");
  EXPECT_EQ(as("climber", "POST", roles_in("default"), role("all", all)).code, 201);
  EXPECT_EQ(as("climber", "POST", std::string(kRbac) + "/clusterroles", role("all", all)).code,
            403);
}

TEST_F(Escalation, AggregationNeedsEverything) {
  grant("gatherer", kWriter);
  const auto gathers = R"({"metadata":{"name":"gathers"},"rules":[],"aggregationRule":)"
                       R"({"clusterRoleSelectors":[{"matchLabels":{"a":"b"}}]}})";
  const auto refused = as("gatherer", "POST", std::string(kRbac) + "/clusterroles", gathers);
  EXPECT_EQ(refused.code, 403);
  EXPECT_EQ(refused.at("message"),
            "clusterroles.rbac.authorization.k8s.io \"gathers\" is forbidden: must have "
            "cluster-admin privileges to use the aggregationRule");
  EXPECT_EQ(as("", "POST", std::string(kRbac) + "/clusterroles", gathers).code, 201);
}

TEST_F(Escalation, BindsOnlyRolesThatAreHeldOrThatMayBeBound) {
  grant("binder", std::string(kWriter) +
                      R"(,{"verbs":["bind"],"apiGroups":["rbac.authorization.k8s.io"],)"
                      R"("resources":["clusterroles"],"resourceNames":["edit"]})");
  const auto bind = [&](const std::string& name, const std::string& kind, const std::string& to) {
    return as("binder", "POST", bindings_in("default"), binding(name, kind, to, "jane"));
  };
  EXPECT_EQ(bind("edits", "ClusterRole", "edit").code, 201);
  EXPECT_EQ(bind("self", "ClusterRole", "binder").code, 201);
  const auto admin = bind("admins", "ClusterRole", "cluster-admin");
  EXPECT_EQ(admin.code, 403);
  EXPECT_THAT(admin.at("message"),
              HasSubstr("rolebindings.rbac.authorization.k8s.io \"admins\" is forbidden: user "
                        "\"binder\" (groups=[\"system:authenticated\"]) is attempting to grant "
                        "RBAC permissions not currently held:\n"
                        "{APIGroups:[\"*\"], Resources:[\"*\"], Verbs:[\"*\"]}\n"
                        "{NonResourceURLs:[\"*\"], Verbs:[\"*\"]}"));
  const auto missing = bind("missing", "Role", "nothing");
  EXPECT_EQ(missing.code, 404);
  EXPECT_EQ(missing.at("message"), "roles.rbac.authorization.k8s.io \"nothing\" not found");
  EXPECT_EQ(
      as("", "POST", bindings_in("default"), binding("missing", "Role", "nothing", "jane")).code,
      201);
}

// Who is bound is as much a part of a binding as to what.
TEST_F(Escalation, BindsNobodyElseByAnUpdate) {
  grant("joiner", kWriter);
  const auto all = std::string(kRbac) + "/clusterrolebindings";
  ASSERT_EQ(as("", "POST", all, binding("chiefs", "ClusterRole", "cluster-admin", "jane")).code,
            201);
  const auto subject =
      R"({"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"joiner"})";
  const auto join = R"({"subjects":[)" + std::string(subject) + "]}";
  EXPECT_EQ(as("joiner", "PATCH", all + "/chiefs", join).code, 403);
  EXPECT_EQ(as("joiner", "PATCH", all + "/chiefs?dryRun=All", join).code, 403);
  EXPECT_EQ(as("joiner", "PATCH", all + "/cluster-admin", join).code, 403);
  EXPECT_EQ(as("joiner", "PUT", all + "/chiefs",
               binding("chiefs", "ClusterRole", "cluster-admin", "joiner"))
                .code,
            403);
  EXPECT_EQ(as("joiner", "GET", "/api/v1/secrets").code, 403);
}

TEST_F(Escalation, KeepsTheRoleOfABinding) {
  ASSERT_EQ(as("", "POST", bindings_in("default"), binding("fixed", "Role", "one", "jane")).code,
            201);
  const auto changed =
      as("", "PATCH", bindings_in("default") + "/fixed", R"({"roleRef":{"name":"two"}})");
  EXPECT_EQ(changed.code, 422);
  EXPECT_THAT(changed.at("message"), HasSubstr("cannot change roleRef"));
}

}  // namespace
}  // namespace kubus::apiserver
