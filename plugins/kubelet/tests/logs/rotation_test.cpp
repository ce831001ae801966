// Old logs: how many, under which names, in which form.
#include "logs/rotation.h"

#include <gmock/gmock.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "temp_dir.h"

namespace kubus::kubelet {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string unzipped(const std::string& path) {
  const auto file = ::gzopen(path.c_str(), "rb");
  char text[1024];
  const int size = ::gzread(file, text, sizeof text);
  ::gzclose(file);
  return {text, static_cast<std::size_t>(std::max(size, 0))};
}

class RotationTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
  Status rotate(SystemTime now, int max_files = 5) {
    return rotate_log(log_, max_files, now, [this] {
      dir_.write("0.log", "");
      return Status();
    });
  }
  // A log of one line, put aside at `now`.
  void fill_and_rotate(const std::string& line, SystemTime now, int max_files = 5) {
    dir_.write("0.log", line);
    const Status rotated = rotate(now, max_files);
    EXPECT_TRUE(rotated.ok()) << rotated.to_string();
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(dir_.path()))
      names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }
  std::string text_of(const std::string& name) const {
    std::ifstream file(dir_.path() + "/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  const kernel::TempDir dir_;
  const std::string log_ = dir_.path() + "/0.log";
  const SystemTime start_ = *parse_time("2026-01-02T03:04:05Z");
};

TEST_F(RotationTest, ALogIsPutAsideUnderItsTime) {
  fill_and_rotate("one", start_);
  EXPECT_THAT(files(), ElementsAre("0.log", "0.log.20260102-030405"));
  EXPECT_EQ(text_of("0.log"), "");
  EXPECT_EQ(text_of("0.log.20260102-030405"), "one");
}

TEST_F(RotationTest, OlderOnesAreCompressedAndTheOldestGo) {
  for (int i = 0; i < 6; ++i) fill_and_rotate("line " + std::to_string(i), start_ + i * 1s);
  EXPECT_THAT(files(), ElementsAre("0.log", "0.log.20260102-030407.gz", "0.log.20260102-030408.gz",
                                   "0.log.20260102-030409.gz", "0.log.20260102-030410"));
  EXPECT_EQ(unzipped(dir_.path() + "/0.log.20260102-030408.gz"), "line 3");
}

TEST_F(RotationTest, TwoFilesAreTheOneThatIsWrittenAndTheOneBefore) {
  for (int i = 0; i < 3; ++i) fill_and_rotate(std::to_string(i), start_ + i * 1s, 2);
  EXPECT_THAT(files(), ElementsAre("0.log", "0.log.20260102-030407"));
}

TEST_F(RotationTest, OtherContainersLogsAreLeftAlone) {
  dir_.write("1.log", "other");
  dir_.write("10.log.20250102-030405", "other");
  for (int i = 0; i < 3; ++i) fill_and_rotate(std::to_string(i), start_ + i * 1s, 2);
  EXPECT_EQ(text_of("1.log"), "other");
  EXPECT_EQ(text_of("10.log.20250102-030405"), "other");
}

TEST_F(RotationTest, NothingIsOverwrittenWithinASecond) {
  fill_and_rotate("one", start_);
  dir_.write("0.log", "two");
  EXPECT_EQ(rotate(start_).code(), Code::kConflict);
  EXPECT_EQ(text_of("0.log"), "two");
  EXPECT_EQ(text_of("0.log.20260102-030405"), "one");
}

TEST_F(RotationTest, TheLogKeepsItsNameWhenNoNewOneIsBegun) {
  dir_.write("0.log", "one");
  const Status no(Code::kUnavailable, "no");
  EXPECT_EQ(rotate_log(log_, 5, start_, [&] { return no; }).code(), Code::kUnavailable);
  EXPECT_THAT(files(), ElementsAre("0.log"));
  EXPECT_EQ(text_of("0.log"), "one");
}

TEST_F(RotationTest, ANewLogThatWasBegunAllTheSameIsKept) {
  dir_.write("0.log", "one");
  const auto late = [&] {
    dir_.write("0.log", "two");
    return Status(Code::kTimeout, "late");
  };
  EXPECT_EQ(rotate_log(log_, 5, start_, late).code(), Code::kTimeout);
  EXPECT_EQ(text_of("0.log"), "two");
  EXPECT_EQ(text_of("0.log.20260102-030405"), "one");
}

TEST_F(RotationTest, WhatAnInterruptedRotationLeftGoes) {
  dir_.write("0.log.20260102-030401.gz.tmp", "half");
  dir_.write("0.log.20260102-030402", "whole");
  dir_.write("0.log.20260102-030402.gz", "compressed");
  fill_and_rotate("one", start_);
  EXPECT_THAT(files(), ElementsAre("0.log", "0.log.20260102-030402.gz", "0.log.20260102-030405"));
}

TEST_F(RotationTest, OldLogsGoWithTheirContainer) {
  for (int i = 0; i < 3; ++i) fill_and_rotate(std::to_string(i), start_ + i * 1s);
  fs::remove(log_);
  remove_rotated_logs(log_);
  EXPECT_THAT(files(), IsEmpty());
}

}  // namespace
}  // namespace kubus::kubelet
