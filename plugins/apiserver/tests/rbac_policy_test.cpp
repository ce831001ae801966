// The default roles and bindings, and how they are kept.
#include <gmock/gmock.h>
#include <google/protobuf/message.h>
#include <gtest/gtest.h>
#include <k8s/meta/v1/label_selector.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <set>

#include "kubus/api/json.h"
#include "kubus/api/resource.h"
#include "kubus/object.h"
#include "rbac/policy_keeper.h"
#include "rbac/policy_text.h"
#include "validation/validation.h"

namespace kubus::apiserver::rbac {
namespace {

using rbac_v1::ClusterRole;
using rbac_v1::ClusterRoleBinding;
using ::testing::HasSubstr;

std::vector<std::unique_ptr<Message>> all_defaults() {
  std::vector<std::unique_ptr<Message>> all;
  const auto add = [&](const auto& object) {
    all.push_back(std::make_unique<std::decay_t<decltype(object)>>(object));
  };
  for (const auto& row : default_roles()) add(to_cluster_role(row));
  for (const auto& row : controller_roles()) add(to_controller_role(row));
  for (const auto& row : controller_roles()) add(to_controller_binding(row));
  for (const auto& row : namespace_roles()) add(to_role(row));
  for (const auto& row : default_bindings()) {
    if (row.ns.empty())
      add(to_cluster_role_binding(row));
    else
      add(to_role_binding(row));
  }
  return all;
}

TEST(DefaultPolicy, IsValidAndNamesEverythingOnce) {
  std::set<std::string> seen;
  for (const auto& object : all_defaults()) {
    const auto& resource = *resource_of(*object->GetDescriptor());
    const auto key = resource.plural + " " + key_of(*object).str();
    EXPECT_TRUE(seen.insert(key).second) << key;
    metadata_of(*object)->set_uid("u");
    const auto found = validate_create(*object, resource);
    for (const auto& error : found.errors())
      ADD_FAILURE() << key << ": " << error.to_string();
  }
}

TEST(DefaultPolicy, ReferencesRolesThatExist) {
  std::set<std::string> roles;
  for (const auto& object : all_defaults())
    if (!object->GetDescriptor()->name().ends_with("Binding"))
      roles.insert(object->GetDescriptor()->name() + " " + key_of(*object).str());
  for (const auto& row : default_bindings()) {
    const auto ns = std::string(row.ns);
    const auto role = row.ns.empty() ? "ClusterRole " : "Role " + ns + "/";
    EXPECT_TRUE(roles.contains(role + std::string(row.role))) << row.name;
  }
}

TEST(DefaultPolicy, IsWrittenOutAsTheReferenceWritesIt) {
  const auto find = [](std::string_view name) {
    for (const auto& row : default_roles())
      if (row.name == name) return to_json(to_cluster_role(row));
    return std::string();
  };
  EXPECT_EQ(find("cluster-admin"),
            R"({"kind":"ClusterRole","apiVersion":"rbac.authorization.k8s.io/v1","metadata":)"
            R"({"name":"cluster-admin","labels":{"kubernetes.io/bootstrapping":"rbac-defaults"},)"
            R"("annotations":{"rbac.authorization.kubernetes.io/autoupdate":"true"}},"rules":)"
            R"([{"verbs":["*"],"apiGroups":["*"],"resources":["*"]},)"
            R"({"verbs":["*"],"nonResourceURLs":["*"]}]})");
  EXPECT_THAT(find("view"), HasSubstr(R"("rbac.authorization.k8s.io/aggregate-to-edit":"true")"));
  EXPECT_THAT(find("view"),
              HasSubstr(R"("aggregationRule":{"clusterRoleSelectors":[{"matchLabels")"
                        R"(:{"rbac.authorization.k8s.io/aggregate-to-view":"true"}}]})"));
  EXPECT_THAT(find("system:aggregate-to-edit"),
              HasSubstr(R"({"verbs":["create","delete","deletecollection","patch","update"],)"
                        R"("apiGroups":["apps"],"resources":["daemonsets","deployments",)"
                        R"("deployments/rollback","deployments/scale","replicasets",)"
                        R"("replicasets/scale","statefulsets","statefulsets/scale"]})"));
  EXPECT_THAT(find("system:kube-scheduler"),
              HasSubstr(R"("rules":[{"verbs":["create","patch","update"],"apiGroups":["",)"
                        R"("events.k8s.io"],"resources":["events"]})"));
}

TEST(DefaultPolicy, BindsControllersToTheirAccounts) {
  for (const auto& row : controller_roles()) {
    if (row.name != "replicaset-controller") continue;
    EXPECT_THAT(to_json(to_controller_binding(row)),
                HasSubstr(R"("subjects":[{"kind":"ServiceAccount","name":"replicaset-controller",)"
                          R"("namespace":"kube-system"}],"roleRef":{"apiGroup":)"
                          R"("rbac.authorization.k8s.io","kind":"ClusterRole","name":)"
                          R"("system:controller:replicaset-controller"}})"));
    return;
  }
  FAIL() << "there is no replicaset-controller";
}

ClusterRole role_with(const char* rules) { return to_cluster_role({"", "role", rules}); }

TEST(PolicyKeeper, PutsBackWhatIsMissingAndLeavesWhatWasAdded) {
  const auto wanted = role_with("get,list core pods\nget core nodes");
  auto role = wanted;
  EXPECT_FALSE(complete(role, wanted));
  set_rules(role, parse_rules("get core pods,secrets"));
  role.mutable_metadata()->mutable_labels()->clear();
  (*role.mutable_metadata()->mutable_annotations())["mine"] = "too";
  EXPECT_TRUE(complete(role, wanted));
  EXPECT_EQ(rules_of(role), parse_rules("get core pods,secrets\nlist core pods\nget core nodes"));
  EXPECT_EQ(role.metadata().labels().size(), 1u);
  EXPECT_EQ(role.metadata().annotations().size(), 2u);
  EXPECT_FALSE(complete(role, wanted));
}

TEST(PolicyKeeper, LeavesAloneWhatIsNotToBeUpdated) {
  const auto wanted = role_with("get core pods");
  auto role = wanted;
  role.clear_rules();
  (*role.mutable_metadata()->mutable_annotations())["rbac.authorization.kubernetes.io/autoupdate"] =
      "false";
  EXPECT_FALSE(complete(role, wanted));
  EXPECT_EQ(role.rules_size(), 0);
}

TEST(PolicyKeeper, LeavesTheRulesOfAggregatedRolesToTheirParts) {
  const auto wanted = to_cluster_role({"", "all", "", "", "all"});
  auto role = wanted;
  set_rules(role, parse_rules("get core pods"));
  EXPECT_FALSE(complete(role, wanted));
  role.clear_aggregationrule();
  EXPECT_TRUE(complete(role, wanted));
  EXPECT_EQ(role.aggregationrule().clusterroleselectors_size(), 1);
}

TEST(PolicyKeeper, CompletesSubjectsButNotTheRoleOfABinding) {
  const auto wanted = to_cluster_role_binding({"", "b", "role", "", "staff", "kube-system/robot"});
  ClusterRoleBinding binding = wanted;
  binding.mutable_subjects()->RemoveLast();
  binding.mutable_subjects(0)->set_name("others");
  EXPECT_TRUE(complete(binding, wanted));
  ASSERT_EQ(binding.subjects_size(), 3);
  EXPECT_EQ(binding.subjects(0).name(), "others");
  EXPECT_FALSE(refers_elsewhere(binding, wanted));
  binding.mutable_roleref()->set_name("other");
  EXPECT_TRUE(refers_elsewhere(binding, wanted));
}

}  // namespace
}  // namespace kubus::apiserver::rbac
