// The index of bindings, and the authorizer that asks it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rbac/authorizer.h"
#include "rbac/policy_text.h"

namespace kubus::apiserver::rbac {
namespace {

using ::testing::ElementsAre;

class RbacIndexTest : public ::testing::Test {
 protected:
  static RequestInfo get_pods(const std::string& ns) {
    RequestInfo info;
    info.is_resource = true;
    info.verb = "get";
    info.resource = "pods";
    info.ns = ns;
    return info;
  }
  void role(const std::string& ns, const std::string& name, const char* rules) {
    index_.put_role(ns, name, parse_rules(rules));
  }
  void bind(const std::string& ns, const std::string& name, const std::string& kind,
            const std::string& role, std::vector<Subject> subjects) {
    index_.put_binding({ns, name, kind, role, std::move(subjects)});
  }
  static Subject user(const std::string& name) { return {false, name, "User \"" + name + "\""}; }
  static Subject group(const std::string& name) { return {true, name, "Group \"" + name + "\""}; }

  // "+" for yes, and the reason.
  std::string ask(const Identity& who, const std::string& ns) {
    std::string reason;
    const bool allowed = authorizer_->decide(who, get_pods(ns), &reason) == Verdict::kAllow;
    EXPECT_EQ(authorizer_->decide(who, get_pods(ns), nullptr) == Verdict::kAllow, allowed);
    return (allowed ? "+" : "-") + reason;
  }

  const Identity jane_{"jane", {"staff", "system:authenticated"}, {}};
  Index index_;
  std::unique_ptr<Authorizer> authorizer_ = make_authorizer(index_);
};

TEST_F(RbacIndexTest, GrantsInTheClusterOrInOneNamespace) {
  role("", "viewer", "get core pods");
  role("shop", "viewer", "get core pods");
  EXPECT_EQ(ask(jane_, "shop"), "-");
  bind("shop", "b", "Role", "viewer", {user("john"), user("jane")});
  EXPECT_EQ(ask(jane_, "shop"),
            "+RBAC: allowed by RoleBinding \"b/shop\" of Role \"viewer\" to User \"jane\"");
  EXPECT_EQ(ask(jane_, "other"), "-");
  EXPECT_EQ(ask(jane_, ""), "-");
  bind("other", "b", "ClusterRole", "viewer", {group("staff")});
  EXPECT_EQ(ask(jane_, "other"),
            "+RBAC: allowed by RoleBinding \"b/other\" of ClusterRole \"viewer\" to Group "
            "\"staff\"");
  bind("", "c", "ClusterRole", "viewer", {group("system:authenticated")});
  EXPECT_EQ(ask({"john", {"system:authenticated"}, {}}, ""),
            "+RBAC: allowed by ClusterRoleBinding \"c\" of ClusterRole \"viewer\" to Group "
            "\"system:authenticated\"");
}

TEST_F(RbacIndexTest, FollowsEachChange) {
  bind("", "b", "ClusterRole", "viewer", {user("jane")});
  EXPECT_EQ(ask(jane_, ""), "-RBAC: clusterrole.rbac.authorization.k8s.io \"viewer\" not found");
  role("", "viewer", "list core pods");
  EXPECT_EQ(ask(jane_, ""), "-");
  role("", "viewer", "list core pods\nget core pods");
  EXPECT_EQ(ask(jane_, "").front(), '+');
  bind("", "b", "ClusterRole", "viewer", {user("john")});
  EXPECT_EQ(ask(jane_, ""), "-");
  bind("", "b", "ClusterRole", "viewer", {user("jane"), user("jane")});
  EXPECT_EQ(ask(jane_, "").front(), '+');
  index_.remove_role("", "viewer");
  EXPECT_EQ(ask(jane_, "").front(), '-');
  index_.remove_binding("", "b");
  EXPECT_EQ(ask(jane_, ""), "-");
  EXPECT_EQ(index_.find_role("", "viewer"), nullptr);
}

TEST_F(RbacIndexTest, NamesEachMissingRoleOnce) {
  bind("", "a", "ClusterRole", "one", {user("jane")});
  bind("", "b", "ClusterRole", "one", {group("staff")});
  bind("shop", "c", "Role", "two", {user("jane")});
  EXPECT_EQ(ask(jane_, "shop"),
            "-RBAC: [clusterrole.rbac.authorization.k8s.io \"one\" not found, "
            "role.rbac.authorization.k8s.io \"two\" not found]");
}

TEST_F(RbacIndexTest, ListsTheRulesOfEachBindingOnce) {
  role("", "viewer", "get core pods");
  role("shop", "editor", "update core pods\n* core secrets");
  bind("", "a", "ClusterRole", "viewer", {user("jane"), group("staff")});
  bind("shop", "b", "Role", "editor", {group("staff")});
  bind("other", "b", "ClusterRole", "viewer", {group("staff")});
  bind("shop", "c", "Role", "none", {group("staff")});
  RuleList list;
  authorizer_->list_rules(jane_, "shop", list);
  EXPECT_EQ(list.rules, parse_rules("get core pods\nupdate core pods\n* core secrets"));
  EXPECT_THAT(list.errors, ElementsAre("role.rbac.authorization.k8s.io \"none\" not found"));
}

}  // namespace
}  // namespace kubus::apiserver::rbac
