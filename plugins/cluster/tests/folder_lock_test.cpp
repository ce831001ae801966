#include "folder_lock.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <thread>
#include <vector>

namespace kubus::cluster {
namespace {

namespace fs = std::filesystem;

class FolderLockTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/kubus-folder-lock-XXXXXX";
    dir_ = ::mkdtemp(pattern);
  }
  void TearDown() override { fs::remove_all(dir_); }
  std::string folder() const { return dir_ + "/one"; }
  std::string dir_;
};

TEST_F(FolderLockTest, AFolderThatIsNotThereIsNotFoundUnlessItIsToBeMade) {
  EXPECT_EQ(FolderLock::take(folder(), false).code(), Code::kNotFound);
  EXPECT_FALSE(fs::exists(folder()));
  EXPECT_TRUE(FolderLock::take(folder(), true).ok());
  EXPECT_TRUE(FolderLock::take(folder(), false).ok()) << "the lock ended with its object";
}

// As `kubus up` and `kubus down` do with a cluster's folder, all at once.
TEST_F(FolderLockTest, OnlyOneHoldsItEvenWhenHoldersRemoveTheFolder) {
  std::atomic<int> inside{0};
  std::atomic<int> crowded{0};
  std::vector<std::thread> commands;
  for (int i = 0; i < 8; ++i)
    commands.emplace_back([&] {
      for (int round = 0; round < 100; ++round) {
        const auto lock = FolderLock::take(folder(), true);
        ASSERT_TRUE(lock.ok()) << lock.status().message();
        if (++inside != 1) ++crowded;
        --inside;
        if (round % 2 == 0) fs::remove_all(folder());  // lets the next one in
      }
    });
  for (auto& command : commands) command.join();
  EXPECT_EQ(crowded, 0);
}

}  // namespace
}  // namespace kubus::cluster
