#include "aggregate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kubus::clusterrole_aggregation {
namespace {

using rbac_v1::ClusterRole;
using ::testing::ElementsAre;

std::shared_ptr<ClusterRole> role(const std::string& name, const std::string& label,
                                  std::initializer_list<const char*> resources) {
  auto out = std::make_shared<ClusterRole>();
  out->mutable_metadata()->set_name(name);
  if (!label.empty()) (*out->mutable_metadata()->mutable_labels())[label] = "true";
  for (const char* resource : resources) {
    auto& rule = *out->add_rules();
    rule.add_verbs("get");
    rule.add_resources(resource);
  }
  return out;
}

std::vector<std::string> resources(const Rules& rules) {
  std::vector<std::string> out;
  for (const auto& rule : rules) out.push_back(rule.resources(0));
  return out;
}

TEST(Aggregate, TakesRulesBySelectorAndName) {
  const Roles roles = {role("z", "a", {"pods", "nodes"}), role("b", "a", {"jobs"}),
                       role("c", "", {"secrets"}), role("d", "other", {"pods", "leases"})};
  ClusterRole all;
  for (const char* label : {"a", "other"})
    (*all.mutable_aggregationrule()->add_clusterroleselectors()->mutable_matchlabels())[label] =
        "true";
  const auto rules = aggregate(all, roles);
  ASSERT_TRUE(rules.ok());
  EXPECT_THAT(resources(*rules), ElementsAre("jobs", "pods", "nodes", "leases"));
  EXPECT_TRUE(same_rules(*rules, *aggregate(all, roles)));
  EXPECT_FALSE(same_rules(*rules, roles[0]->rules()));
}

TEST(Aggregate, LeavesOutTheRoleItself) {
  const auto self = role("self", "a", {"pods"});
  (*self->mutable_aggregationrule()->add_clusterroleselectors()->mutable_matchlabels())["a"] =
      "true";
  EXPECT_EQ(aggregate(*self, {self})->size(), 0);
}

TEST(Aggregate, RefusesASelectorItCannotRead) {
  ClusterRole bad;
  auto& requirement =
      *bad.mutable_aggregationrule()->add_clusterroleselectors()->add_matchexpressions();
  requirement.set_key("a");
  requirement.set_operator_("Near");
  EXPECT_EQ(aggregate(bad, {}).code(), Code::kInvalid);
}

}  // namespace
}  // namespace kubus::clusterrole_aggregation
