#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/impersonation.h"
#include "rbac/authorizer.h"

namespace kubus::apiserver {
namespace {

using ::testing::ElementsAre;

const Identity kAdmin{"admin", {"system:masters", "system:authenticated"}, {}};
const Identity kJane{"jane", {"system:authenticated"}, {}};

class AuthTest : public ::testing::Test {
 protected:
  AuthTest() {
    authorizers_.add(make_masters_authorizer());
    authorizers_.add(rbac::make_authorizer(index_));
  }

  Result<Identity> acting(const Identity& who,
                          std::initializer_list<std::pair<const char*, const char*>> fields) {
    http::Request request;
    for (const auto& [name, value] : fields) request.headers.add(name, value);
    if (!wants_to_impersonate(request)) return who;
    Result<Identity> result = Status(Code::kUnknown, "not answered");
    impersonate(authorizers_, who, request, nullptr,
                [&](Result<Identity> found) { result = std::move(found); });
    return result;
  }

  // Jane gets a rule.
  void grant(rbac::Rule rule) {
    index_.put_role("", "some", {std::move(rule)});
    index_.put_binding({"", "some", "ClusterRole", "some", {{false, "jane", ""}}});
  }

  rbac::Index index_;
  Authorizers authorizers_;
};

TEST_F(AuthTest, NobodyIsImpersonatedUnasked) {
  EXPECT_EQ(acting(kJane, {{"Accept", "a"}})->name, "jane");
}

TEST_F(AuthTest, ThoseWhoMayActAsOthers) {
  const auto jane = acting(kAdmin, {{"Impersonate-User", "jane"}, {"impersonate-group", "staff"}});
  ASSERT_TRUE(jane.ok());
  EXPECT_EQ(jane->name, "jane");
  EXPECT_THAT(jane->groups, ElementsAre("staff", "system:authenticated"));
  const auto robot = acting(kAdmin, {{"Impersonate-User", "system:serviceaccount:a:b"}});
  ASSERT_TRUE(robot.ok());
  EXPECT_THAT(robot->groups, ElementsAre("system:serviceaccounts", "system:serviceaccounts:a",
                                         "system:authenticated"));
  EXPECT_THAT(acting(kAdmin, {{"Impersonate-User", "system:anonymous"}})->groups,
              ElementsAre("system:unauthenticated"));
}

TEST_F(AuthTest, WhatOnlyLooksLikeAnAccountIsAUser) {
  for (const char* name :
       {"system:serviceaccount:a:b:c", "system:serviceaccount:a:", "system:serviceaccount::b",
        "system:serviceaccount:a", "system:serviceaccount:A:b", "system:serviceaccount:a:b/c"}) {
    const auto user = acting(kAdmin, {{"Impersonate-User", name}});
    ASSERT_TRUE(user.ok()) << name;
    EXPECT_EQ(user->name, name);
    EXPECT_THAT(user->groups, ElementsAre("system:authenticated")) << name;
  }
  grant({{"impersonate"}, {""}, {"serviceaccounts"}, {}, {}});
  EXPECT_TRUE(acting(kJane, {{"Impersonate-User", "system:serviceaccount:a:b.c"}}).ok());
  EXPECT_THAT(
      acting(kJane, {{"Impersonate-User", "system:serviceaccount:a:b:c"}}).status().message(),
      ::testing::HasSubstr("cannot impersonate resource \"users\""));
}

TEST_F(AuthTest, OthersMayNot) {
  const auto refused = acting(kJane, {{"Impersonate-User", "admin"}});
  EXPECT_EQ(refused.code(), Code::kForbidden);
  EXPECT_EQ(refused.status().message(),
            "users \"admin\" is forbidden: User \"jane\" cannot impersonate resource \"users\" in "
            "API group \"\" at the cluster scope");
  EXPECT_EQ(acting(kAdmin, {{"Impersonate-Group", "staff"}}).code(), Code::kBadRequest);
}

TEST_F(AuthTest, EachPartOfAnIdentityIsARightOfItsOwn) {
  grant({{"impersonate"}, {""}, {"users"}, {"mary"}, {}});
  EXPECT_TRUE(acting(kJane, {{"Impersonate-User", "mary"}}).ok());
  EXPECT_EQ(acting(kJane, {{"Impersonate-User", "john"}}).code(), Code::kForbidden);
  const struct {
    const char *field, *value, *refused;
  } parts[] = {
      {"Impersonate-Group", "staff",
       "groups \"staff\" is forbidden: User \"jane\" cannot impersonate resource \"groups\" in API "
       "group \"\" at the cluster scope"},
      {"Impersonate-Uid", "7",
       "uids.authentication.k8s.io \"7\" is forbidden: User \"jane\" cannot impersonate resource "
       "\"uids\" in API group \"authentication.k8s.io\" at the cluster scope"},
      {"Impersonate-Extra-Scopes", "view",
       "userextras.authentication.k8s.io \"view\" is forbidden: User \"jane\" cannot impersonate "
       "resource \"userextras/scopes\" in API group \"authentication.k8s.io\" at the cluster "
       "scope"},
  };
  for (const auto& part : parts) {
    const auto refused = acting(kJane, {{"Impersonate-User", "mary"}, {part.field, part.value}});
    EXPECT_EQ(refused.status().message(), part.refused);
  }
}

TEST_F(AuthTest, UidAndExtraComeAlong) {
  const auto mary = acting(kAdmin, {{"Impersonate-User", "mary"},
                                    {"Impersonate-Uid", "7"},
                                    {"Impersonate-Extra-Acme.com%2fScopes", "a"},
                                    {"Impersonate-Extra-acme.com%2Fscopes", "b"}});
  ASSERT_TRUE(mary.ok()) << mary.status().message();
  EXPECT_EQ(mary->uid, "7");
  EXPECT_THAT(mary->extra.at("acme.com/scopes"), ElementsAre("a", "b"));
}

}  // namespace
}  // namespace kubus::apiserver
