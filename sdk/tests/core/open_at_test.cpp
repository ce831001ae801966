#include "kubus/open_at.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

namespace kubus {
namespace {

namespace fs = std::filesystem;

class OpenAtTest : public testing::Test {
 protected:
  OpenAtTest() {
    std::string name = (fs::temp_directory_path() / "kubus-open-at-XXXXXX").string();
    top_ = ::mkdtemp(name.data());
    fs::create_directories(top_ / "root/in");
    std::ofstream(top_ / "secret") << "s";
    std::ofstream(top_ / "root/in/file") << "f";
    fs::create_symlink("in/file", top_ / "root/within");
    fs::create_symlink("../secret", top_ / "root/above");
    fs::create_symlink("/in/file", top_ / "root/absolute");
    root_.reset(::open((top_ / "root").c_str(), O_PATH | O_CLOEXEC));
  }
  ~OpenAtTest() override { fs::remove_all(top_); }

  // The error; 0: it was opened.
  int in_root(const char* path) {
    return open_in_root(root_.get(), path, O_RDONLY) ? 0 : errno;
  }
  int beneath(const char* path) {
    return open_beneath(root_.get(), path, O_RDONLY) ? 0 : errno;
  }

  fs::path top_;
  UniqueFd root_;
};

TEST_F(OpenAtTest, NothingLeadsOutside) {
  struct Case {
    const char* path;
    int in_root, beneath;
  };
  const Case cases[] = {{"", 0, 0},
                        {"in/file", 0, 0},
                        {"in/../in/file", 0, 0},
                        {"within", 0, 0},
                        {"absolute", 0, EXDEV},
                        {"/in/file", 0, EXDEV},
                        {"above", ENOENT, EXDEV},
                        {"../secret", ENOENT, EXDEV},
                        {"none", ENOENT, ENOENT}};
  for (const Case& c : cases) {
    EXPECT_EQ(in_root(c.path), c.in_root) << c.path;
    EXPECT_EQ(beneath(c.path), c.beneath) << c.path;
  }
}

TEST_F(OpenAtTest, AFileIsMadeWithItsMode) {
  EXPECT_TRUE(open_in_root(root_.get(), "/new", O_WRONLY | O_CREAT | O_EXCL, 0600));
  EXPECT_EQ(fs::status(top_ / "root/new").permissions(), fs::perms(0600));
}

}  // namespace
}  // namespace kubus
