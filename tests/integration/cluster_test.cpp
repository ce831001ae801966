#include "cluster_test.h"

#include <gmock/gmock.h>

#include "residue.h"

namespace kubus::integration {

void ClusterTest::SetUp() {
  if (const auto why = Cluster::missing(); !why.empty()) GTEST_SKIP() << why;
  cluster_.emplace(options());
  prepare();
  const auto result = cluster_->up();
  ASSERT_TRUE(result.ok()) << result.out;
}

void ClusterTest::TearDown() {
  if (!cluster_) return;
  const auto name = cluster_->name();
  if (HasFailure()) std::cerr << "---- kubusd\n" << cluster_->log() << "----\n";
  const auto result = cluster_->down();
  EXPECT_TRUE(result.ok()) << result.out;
  EXPECT_THAT(residue(name), ::testing::IsEmpty());
  EXPECT_EQ(cluster_->kubectl({"config", "get-contexts", "-o", "name"}).out, "");
  cluster_.reset();
}

}  // namespace kubus::integration
