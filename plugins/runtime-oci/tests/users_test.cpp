#include "users.h"

#include <gtest/gtest.h>

namespace kubus::runtime_oci {
namespace {

const std::string kPasswd =
    "root:x:0:0:root:/root:/bin/sh\n# comment\nbroken line\napp:x:1000:1001::/home/app:\n"
    "1234:x:77:78::/numeric:\n";
const std::string kGroup = "root:x:0:\nweb:x:33:www,app\nwheel:x:10:root,app\nshort\n";
using Groups = std::vector<std::int64_t>;

TEST(Users, ImageUserIsResolvedInTheImage) {
  struct Case {
    std::string spec;
    std::int64_t uid, gid;
    Groups groups;
    std::string home;
  };
  const Case cases[] = {{"", 0, 0, {10}, "/root"},
                        {"app", 1000, 1001, {10, 33}, "/home/app"},
                        {"1000", 1000, 1001, {10, 33}, "/home/app"},
                        {"app:web", 1000, 33, {10, 33}, "/home/app"},
                        {"app:5", 1000, 5, {10, 33}, "/home/app"},
                        {"4711", 4711, 0, {}, "/"},
                        {"4711:4712", 4711, 4712, {}, "/"}};
  for (const auto& item : cases) {
    const auto user = resolve_user(item.spec, {}, kPasswd, kGroup);
    ASSERT_TRUE(user.ok()) << item.spec;
    EXPECT_EQ(user->uid, item.uid) << item.spec;
    EXPECT_EQ(user->gid, item.gid) << item.spec;
    EXPECT_EQ(user->groups, item.groups) << item.spec;
    EXPECT_EQ(user->home, item.home) << item.spec;
  }
}

TEST(Users, TheContainersChoiceComesFirst) {
  runtime::SecurityContext context;
  context.set_user(1000);
  context.add_supplemental_groups(500);
  context.add_supplemental_groups(10);
  auto user = resolve_user("root", context, kPasswd, kGroup);
  ASSERT_TRUE(user.ok());
  EXPECT_EQ(user->gid, 1001);
  EXPECT_EQ(user->groups, (Groups{10, 33, 500}));
  context.set_groups_policy(runtime::STRICT);
  context.set_group(9);
  user = resolve_user("root", context, kPasswd, kGroup);
  EXPECT_EQ(user->gid, 9);
  EXPECT_EQ(user->groups, (Groups{10, 500}));
  runtime::SecurityContext by_name;
  by_name.set_user_name("app");
  EXPECT_EQ(resolve_user("", by_name, kPasswd, kGroup)->uid, 1000);
}

TEST(Users, UnknownNamesAreRefused) {
  for (const std::string spec : {"nobody", "app:nogroup", "-1", "99999999999", ":x"})
    EXPECT_EQ(resolve_user(spec, {}, kPasswd, kGroup).code(), Code::kInvalid) << spec;
  EXPECT_TRUE(resolve_user("5", {}, "", "").ok());
}

}  // namespace
}  // namespace kubus::runtime_oci
