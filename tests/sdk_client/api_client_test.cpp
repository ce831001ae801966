// What the API's answers look like to a plugin.
#include <gmock/gmock.h>

#include "client_test.h"

namespace kubus::testing {
namespace {

using ::testing::HasSubstr;

class ApiClientTest : public ClientTest {};

TEST_F(ApiClientTest, WritesComeBackAsStored) {
  auto made = client().create(config_map("a", "1"));
  ASSERT_TRUE(made.ok()) << made.status().to_string();
  EXPECT_FALSE(made->metadata().uid().empty());
  (*made->mutable_data())["value"] = "2";
  auto updated = client().update(*made);
  ASSERT_TRUE(updated.ok()) << updated.status().to_string();
  EXPECT_GT(resource_version_of(*updated), resource_version_of(*made));
  auto patched = client().patch<core_v1::ConfigMap>({"default", "a"}, PatchType::kMerge,
                                                    R"({"data":{"value":"3"}})");
  ASSERT_TRUE(patched.ok()) << patched.status().to_string();
  auto read = client().get<core_v1::ConfigMap>({"default", "a"});
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(value_of(*read), "3");
  EXPECT_EQ(client().last_written(core_v1::ConfigMap::descriptor()), resource_version_of(*read));
}

TEST_F(ApiClientTest, RefusalsCarryKubernetesReasons) {
  auto made = client().create(config_map("a", "1"));
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(client().create(config_map("a")).code(), Code::kAlreadyExists);
  const auto missing = client().get<core_v1::ConfigMap>({"default", "nobody"});
  EXPECT_EQ(missing.code(), Code::kNotFound);
  EXPECT_EQ(missing.status().message(), "configmaps \"nobody\" not found");
  EXPECT_EQ(client().create(config_map("Not A Name")).code(), Code::kInvalid);

  ASSERT_TRUE(client().update(*made).ok());
  auto stale = *made;
  (*stale.mutable_data())["value"] = "2";
  ASSERT_TRUE(client().update(stale).ok()) << "the update before changed nothing";
  const auto conflict = client().update(stale);
  EXPECT_EQ(conflict.code(), Code::kConflict);
  EXPECT_THAT(conflict.status().message(), HasSubstr("the object has been modified"));
}

TEST_F(ApiClientTest, DeletesHonourTheirPreconditions) {
  auto made = client().create(config_map("a"));
  ASSERT_TRUE(made.ok());
  DeleteOptions other;
  other.uid = "00000000-0000-0000-0000-000000000000";
  EXPECT_EQ(client().remove<core_v1::ConfigMap>({"default", "a"}, other).code(), Code::kConflict);
  DeleteOptions right;
  right.uid = made->metadata().uid();
  EXPECT_TRUE(client().remove<core_v1::ConfigMap>({"default", "a"}, right).ok());
  EXPECT_EQ(client().remove<core_v1::ConfigMap>({"default", "a"}).code(), Code::kNotFound);
}

}  // namespace
}  // namespace kubus::testing
