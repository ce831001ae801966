#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "volumes/volumes.h"

namespace kubus::kubelet::test {
namespace {

namespace fs = std::filesystem;

class SubPathTest : public testing::Test {
 protected:
  SubPathTest() {
    std::string name = (fs::temp_directory_path() / "kubus-sub-path-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
    fs::create_directories(volume());
    fs::create_directories(outside());
    write(outside() / "secret", "of the node");
  }
  ~SubPathTest() override {
    EXPECT_TRUE(Volumes(root_).tear_down("pod").ok());
    fs::remove_all(root_);
  }

  fs::path volume() const { return root_ / "volume"; }
  fs::path outside() const { return root_ / "outside"; }
  fs::path place() const { return root_ / "pod/volume-subpaths/v/c/0"; }
  Status show(const std::string& sub) { return show_sub_path(volume(), sub, place(), "it"); }

  static void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }
  static std::string read(const fs::path& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  fs::path root_;
};

TEST_F(SubPathTest, WhatIsShownStaysWhateverBecomesOfItsName) {
  fs::create_directories(volume() / "a");
  write(volume() / "a/secret", "of the pod");
  ASSERT_TRUE(show("a").ok());
  fs::rename(volume() / "a", volume() / "b");
  fs::create_directory_symlink(outside(), volume() / "a");
  EXPECT_EQ(read(place() / "secret"), "of the pod");
  EXPECT_EQ(show("a").message(), "failed to prepare subPath for it");
}

TEST_F(SubPathTest, AFileIsShownAsOneAndWhatWasShownBeforeGoes) {
  fs::create_directories(volume() / "..1");
  fs::create_directory_symlink("..1", volume() / "..data");
  fs::create_symlink("..data/key", volume() / "key");
  write(volume() / "..1/key", "value");
  ASSERT_TRUE(show("key").ok());
  EXPECT_EQ(read(place()), "value");
  ASSERT_TRUE(show("fresh/one").ok());
  EXPECT_TRUE(fs::equivalent(place(), volume() / "fresh/one"));
  ASSERT_TRUE(show("key").ok());
  EXPECT_EQ(read(place()), "value");
}

TEST_F(SubPathTest, TheEndOfAPodLeavesItsVolumesAsTheyAre) {
  fs::create_directories(volume() / "a");
  write(volume() / "a/kept", "value");
  ASSERT_TRUE(show("a").ok());
  ASSERT_TRUE(Volumes(root_).tear_down("pod").ok());
  EXPECT_FALSE(fs::exists(root_ / "pod"));
  EXPECT_EQ(read(volume() / "a/kept"), "value");
}

TEST_F(SubPathTest, NoRaceWithLinksLeadsOutside) {
  const auto turn = volume() / "turn", other = volume() / "other";
  fs::create_directories(turn);
  fs::create_directory_symlink(outside(), other);
  std::atomic<bool> done{false};
  // What a container can do to a volume it shares: "turn" is a directory and a link by turns.
  std::thread container([&] {
    while (!done)
      ::renameat2(AT_FDCWD, turn.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE);
  });
  for (int i = 0; i < 300; ++i) {
    for (const auto& sub : {"turn/below/" + std::to_string(i % 10), std::string("turn")}) {
      const bool shown = show(sub).ok();
      EXPECT_FALSE(shown && fs::exists(place() / "secret"));
    }
  }
  done = true;
  container.join();
  EXPECT_EQ(std::distance(fs::directory_iterator(outside()), {}), 1) << "nothing was made outside";
}

}  // namespace
}  // namespace kubus::kubelet::test
