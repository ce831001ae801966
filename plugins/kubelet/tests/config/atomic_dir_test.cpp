#include "volumes/atomic_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace kubus::kubelet::test {
namespace {

namespace fs = std::filesystem;

class AtomicDirTest : public testing::Test {
 protected:
  AtomicDirTest() {
    std::string name = (fs::temp_directory_path() / "kubus-atomic-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
    dir_ = root_ / "volume";
  }
  ~AtomicDirTest() override { fs::remove_all(root_); }

  std::string read(const std::string& path) const {
    std::ifstream file(dir_ / path);
    std::stringstream text;
    text << file.rdbuf();
    return file ? text.str() : "(none)";
  }
  // What users see.
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(dir_))
      if (!entry.path().filename().string().starts_with(".."))
        out.push_back(entry.path().filename());
    std::sort(out.begin(), out.end());
    return out;
  }
  std::string generation() const { return fs::read_symlink(dir_ / "..data").string(); }

  fs::path root_, dir_;
};

TEST_F(AtomicDirTest, ShowsExactlyThePayload) {
  ASSERT_TRUE(write_atomically(dir_, {{"a", {"1", 0644}}, {"deep/b", {"2", 0400}}}).ok());
  EXPECT_EQ(read("a"), "1");
  EXPECT_EQ(read("deep/b"), "2");
  struct stat info {};
  ASSERT_EQ(::stat((dir_ / "deep/b").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0400u);
  EXPECT_TRUE(fs::is_symlink(dir_ / "a"));
}

TEST_F(AtomicDirTest, ChangesAsAWhole) {
  ASSERT_TRUE(write_atomically(dir_, {{"a", {"1"}}, {"b", {"1"}}}).ok());
  const std::string before = generation();
  ASSERT_TRUE(write_atomically(dir_, {{"a", {"2"}}, {"c", {"2"}}}).ok());
  EXPECT_NE(generation(), before);
  EXPECT_FALSE(fs::exists(dir_ / before)) << "the old generation is removed";
  EXPECT_THAT(names(), testing::ElementsAre("a", "c"));
  EXPECT_EQ(read("a"), "2");
}

TEST_F(AtomicDirTest, LeavesWhatIsRightAlone) {
  ASSERT_TRUE(write_atomically(dir_, {{"a", {"1"}}}).ok());
  const std::string before = generation();
  ASSERT_TRUE(write_atomically(dir_, {{"a", {"1"}}}).ok());
  EXPECT_EQ(generation(), before);
  ASSERT_TRUE(write_atomically(dir_, {{"a", {"1", 0600}}}).ok());
  EXPECT_NE(generation(), before) << "a mode is content as well";
}

TEST_F(AtomicDirTest, AnEmptyPayloadIsAnEmptyDirectory) {
  ASSERT_TRUE(write_atomically(dir_, {}).ok());
  EXPECT_THAT(names(), testing::IsEmpty());
  ASSERT_TRUE(write_atomically(dir_, {{"a", {"1"}}}).ok());
  ASSERT_TRUE(write_atomically(dir_, {}).ok());
  EXPECT_THAT(names(), testing::IsEmpty());
}

TEST_F(AtomicDirTest, RefusesPathsThatLeaveIt) {
  for (const char* path : {"", "/etc/passwd", "../a", "a/../../b", "..data/a", "..x"}) {
    const Status status = write_atomically(dir_, {{path, {"1"}}});
    EXPECT_EQ(status.code(), Code::kInvalid) << path;
  }
  EXPECT_FALSE(fs::exists(root_ / "a"));
}

}  // namespace
}  // namespace kubus::kubelet::test
