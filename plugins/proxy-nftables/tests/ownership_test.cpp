#include "ownership.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace kubus::proxy_nftables {
namespace {

TEST(Ownership, TheLastToClaimKeepsTheRules) {
  std::string pattern = testing::TempDir() + "owner.XXXXXX";
  ASSERT_NE(mkdtemp(pattern.data()), nullptr);
  const std::string path = pattern + "/owner";
  Ownership old(path), next(path);
  EXPECT_TRUE(Ownership::Turn(old).ours());
  EXPECT_TRUE(Ownership::Turn(old).claim().ok());
  EXPECT_TRUE(Ownership::Turn(next).ours()) << "it may take over";
  EXPECT_TRUE(Ownership::Turn(old).ours()) << "until it does";
  EXPECT_TRUE(Ownership::Turn(next).claim().ok());
  EXPECT_FALSE(Ownership::Turn(old).ours());
  EXPECT_TRUE(Ownership::Turn(next).ours());
  Ownership restarted(path);
  EXPECT_TRUE(Ownership::Turn(restarted).claim().ok());
  EXPECT_FALSE(Ownership::Turn(next).ours());
  std::filesystem::remove_all(pattern);
}

TEST(Ownership, SaysWhenItCannotClaim) {
  Ownership nowhere("/proc/nowhere/owner");
  EXPECT_FALSE(Ownership::Turn(nowhere).claim().ok());
}

}  // namespace
}  // namespace kubus::proxy_nftables
