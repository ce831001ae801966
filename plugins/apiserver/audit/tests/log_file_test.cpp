#include "audit/log_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

#include "temp_dir.h"

namespace kubus::apiserver::audit {
namespace {

namespace fs = std::filesystem;

class AuditLogFile : public ::testing::Test {
 protected:
  std::unique_ptr<LogFile> open(std::size_t max_size = 1 << 20, std::size_t backups = 0) {
    auto file = LogFile::open({path(), max_size, backups, {}}, pool_, log_);
    EXPECT_TRUE(file.ok()) << file.status().message();
    return std::move(*file);
  }
  std::string path() const { return dir_.path() + "/logs/audit.log"; }
  // All that was written, oldest first, and in how many files.
  std::pair<std::string, std::size_t> written() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(dir_.path() + "/logs"))
      if (entry.path() != path()) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    files.push_back(path());
    std::string text;
    for (const auto& one : files) {
      std::ifstream stream(one);
      text.append(std::istreambuf_iterator<char>(stream), {});
    }
    return {text, files.size()};
  }

  kernel::TempDir dir_;
  Logger log_{"test"};
  Pool pool_{"test", 2};
};

TEST_F(AuditLogFile, KeepsLinesInOrderForRootAlone) {
  std::string expected;
  {
    const auto file = open();
    for (int i = 0; i < 1000; ++i) {
      file->append(std::to_string(i));
      expected += std::to_string(i) + "\n";
    }
  }
  EXPECT_EQ(written(), std::make_pair(expected, std::size_t{1}));
  struct stat about {};
  ASSERT_EQ(::stat(path().c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
  open()->append("more");
  EXPECT_EQ(written().first, expected + "more\n");
}

TEST_F(AuditLogFile, IsPutAsideWhenItHasGrownWithoutCuttingALine) {
  const auto file = open(100);
  std::string expected;
  for (int i = 0; i < 5; ++i) {
    const std::string line(60, static_cast<char>('a' + i));
    file->append(line);
    expected += line + "\n";
    file->flush();
  }
  const std::string large(500, 'L');
  file->append(large);
  file->append("small");
  file->flush();
  EXPECT_EQ(written(), std::make_pair(expected + large + "\nsmall\n", std::size_t{7}));
}

TEST_F(AuditLogFile, KeepsSoManyFiles) {
  const auto file = open(100, 2);
  for (int i = 0; i < 8; ++i) {
    file->append(std::string(90, static_cast<char>('a' + i)));
    file->flush();
  }
  EXPECT_EQ(written().second, 3u);
  EXPECT_EQ(written().first.substr(0, 1), "f");
}

TEST_F(AuditLogFile, SaysWhyItCannotBeOpened) {
  fs::create_directories(path());
  const auto file = LogFile::open({path(), 1, 0, {}}, pool_, log_);
  EXPECT_EQ(file.code(), Code::kInvalid);
  EXPECT_EQ(file.status().message(), path() + ": Is a directory");
}

}  // namespace
}  // namespace kubus::apiserver::audit
