#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstring>
#include <filesystem>

#include "kubus/unique_fd.h"
#include "temp_dir.h"
#include "volumes/volumes.h"

namespace kubus::kubelet::test {
namespace {

namespace fs = std::filesystem;

class HostPathTest : public testing::Test {
 protected:
  HostPathTest() {
    fs::create_directory(at("dir"));
    dir_.write("file", "");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, at("socket").c_str(), sizeof address.sun_path - 1);
    const UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM, 0));
    EXPECT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    fs::create_symlink("file", at("link"));
  }
  std::string at(const std::string& name) const {
    return name.starts_with("/") ? name : dir_.path() + "/" + name;
  }
  Result<std::string> prepare(const std::string& name, const std::string& type) const {
    core_v1::HostPathVolumeSource source;
    source.set_path(at(name));
    source.set_type(type);
    return prepare_host_path(source);
  }

  kernel::TempDir dir_;
};

TEST_F(HostPathTest, WhatIsNotOfItsTypeIsRefused) {
  struct Case {
    std::string type;
    std::vector<std::string> good, bad;
    std::string name;
  };
  const Case cases[] = {
      {"Directory", {"dir"}, {"file", "socket", "/dev/null", "missing"}, "directory"},
      {"DirectoryOrCreate", {"dir", "new/dir"}, {"file", "socket", "/dev/null"}, "directory"},
      {"File", {"file", "link"}, {"dir", "socket", "/dev/null", "missing"}, "file"},
      {"FileOrCreate", {"file", "dir/new"}, {"dir", "socket", "/dev/null"}, "file"},
      {"Socket", {"socket"}, {"dir", "file", "/dev/null", "missing"}, "socket file"},
      {"CharDevice", {"/dev/null"}, {"dir", "file", "socket", "missing"}, "character device"},
      {"BlockDevice", {}, {"dir", "file", "/dev/null", "missing"}, "block device"},
      {"", {"dir", "file", "socket", "/dev/null"}, {}, ""},
  };
  for (const Case& c : cases) {
    for (const std::string& name : c.good) {
      const auto path = prepare(name, c.type);
      EXPECT_EQ(path.ok() ? *path : path.status().message(), at(name)) << c.type;
    }
    for (const std::string& name : c.bad)
      EXPECT_EQ(prepare(name, c.type).status().message(),
                "hostPath type check failed: " + at(name) + " is not a " + c.name)
          << c.type;
  }
  EXPECT_FALSE(fs::exists(at("missing")));
  EXPECT_TRUE(fs::is_directory(at("new/dir")));
  EXPECT_TRUE(fs::is_regular_file(at("dir/new")));
}

TEST_F(HostPathTest, WhatCannotBeMadeSaysWhy) {
  struct Case {
    std::string type, name, problem;
  };
  const Case cases[] = {
      {"DirectoryOrCreate", "file/a/b", "mkdir " + at("file") + ": not a directory"},
      {"DirectoryOrCreate", "/proc/kubus/a", "mkdir /proc/kubus: no such file or directory"},
      {"FileOrCreate", "missing/a", "open " + at("missing/a") + ": no such file or directory"},
  };
  for (const Case& c : cases)
    EXPECT_EQ(prepare(c.name, c.type).status().message(), c.problem) << c.name;
}

}  // namespace
}  // namespace kubus::kubelet::test
