#include "loader/directory_watch.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "temp_dir.h"
#include "waiting.h"

namespace kubus::kernel {
namespace {

using Change = DirectoryWatch::Change;
using Seen = std::vector<std::pair<std::string, Change>>;

class DirectoryWatchTest : public ::testing::Test {
 protected:
  DirectoryWatchTest() {
    on_loop([this] {
      watch_ = std::make_unique<DirectoryWatch>(
          loop_,
          [this](const std::string& path, Change change) {
            seen_.change([&](Seen& seen) { seen.emplace_back(path, change); });
          },
          [] {});
      status_ = watch_->add(dir_.path());
    });
  }
  ~DirectoryWatchTest() override {
    on_loop([this] { watch_.reset(); });
  }
  void on_loop(std::function<void()> task) {
    Watched<bool> done;
    loop_.post([&] {
      task();
      done.change([](bool& value) { value = true; });
    });
    ASSERT_TRUE(done.wait([](bool value) { return value; }));
  }
  bool sees(const std::string& name, Change change) {
    return seen_.wait([&](const Seen& seen) {
      return std::find(seen.begin(), seen.end(), std::pair(dir_.path() + "/" + name, change)) !=
             seen.end();
    });
  }

  TempDir dir_;
  Loop loop_{"test"};
  Watched<Seen> seen_;
  std::unique_ptr<DirectoryWatch> watch_;
  Status status_;
};

TEST_F(DirectoryWatchTest, TellsOfFilesThatComeChangeAndGo) {
  ASSERT_TRUE(status_.ok());
  dir_.write("a.so", "1");
  EXPECT_TRUE(sees("a.so", Change::kPresent));
  dir_.write("b.tmp", "2");
  std::filesystem::rename(dir_.path() + "/b.tmp", dir_.path() + "/b.so");
  EXPECT_TRUE(sees("b.so", Change::kPresent));
  ::chmod((dir_.path() + "/b.so").c_str(), 0600);
  EXPECT_TRUE(sees("b.so", Change::kAttributes));
  std::filesystem::remove(dir_.path() + "/a.so");
  EXPECT_TRUE(sees("a.so", Change::kGone));
  std::filesystem::rename(dir_.path() + "/b.so", dir_.path() + "/b.old");
  EXPECT_TRUE(sees("b.so", Change::kGone));
}

TEST_F(DirectoryWatchTest, LeavesOtherFilesAlone) {
  dir_.write("readme.txt", "1");
  dir_.write(".hidden.so", "1");
  dir_.write("last.so", "1");
  ASSERT_TRUE(sees("last.so", Change::kPresent));
  EXPECT_EQ(seen_.get().front().first, dir_.path() + "/last.so");
  EXPECT_EQ(list_plugin_files(dir_.path()), std::vector{dir_.path() + "/last.so"});
}

TEST_F(DirectoryWatchTest, AMissingDirectoryIsAnError) {
  Status status;
  on_loop([&] { status = watch_->add("/nonexistent/kubus"); });
  EXPECT_EQ(status.code(), Code::kNotFound);
}

}  // namespace
}  // namespace kubus::kernel
