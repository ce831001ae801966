#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/impersonation.h"

namespace kubus::apiserver {
namespace {

using ::testing::ElementsAre;

const Identity kAdmin{"admin", {"system:masters", "system:authenticated"}, {}};
const Identity kJane{"jane", {"system:authenticated"}, {}};

class AuthTest : public ::testing::Test {
 protected:
  AuthTest() {
    authorizers_.push_back(make_masters_authorizer());
    authorizers_.push_back(make_everybody_authorizer());
  }

  Result<Identity> acting(const Identity& who,
                          std::initializer_list<std::pair<const char*, const char*>> fields) {
    http::Request request;
    for (const auto& [name, value] : fields) request.headers.add(name, value);
    return impersonate(authorizers_, who, request);
  }

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

TEST_F(AuthTest, OthersMayNot) {
  const auto refused = acting(kJane, {{"Impersonate-User", "admin"}});
  EXPECT_EQ(refused.code(), Code::kForbidden);
  EXPECT_EQ(refused.status().message(),
            "users \"admin\" is forbidden: User \"jane\" cannot impersonate resource \"users\" in "
            "API group \"\" at the cluster scope");
  EXPECT_EQ(acting(kAdmin, {{"Impersonate-Group", "staff"}}).code(), Code::kBadRequest);
}

TEST_F(AuthTest, WhoeverIsKnownMayAskAboutThemselves) {
  RequestInfo review;
  review.is_resource = true;
  review.verb = "create";
  review.group = "authorization.k8s.io";
  review.resource = "selfsubjectaccessreviews";
  EXPECT_TRUE(authorize(authorizers_, kJane, review).ok());
  EXPECT_FALSE(authorize(authorizers_, Identity::anonymous(), review).ok());
  review.resource = "subjectaccessreviews";
  EXPECT_FALSE(authorize(authorizers_, kJane, review).ok());
}

}  // namespace
}  // namespace kubus::apiserver
