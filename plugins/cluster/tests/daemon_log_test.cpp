#include "daemon_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace kubus::cluster {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DaemonLogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/kubus-daemon-log-XXXXXX";
    dir_ = ::mkdtemp(pattern);
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }
  std::string file() const { return dir_ + "/log"; }
  void write(const std::string& text) const { std::ofstream(file()) << text; }
  std::string dir_;
};

TEST_F(DaemonLogTest, ErrorsAndWhatIsNoRecordAreTold) {
  write(
      "2026-01-02T03:04:05.678Z info    kubus: plugin state plugin=a reason=\"an error there\"\n"
      "2026-01-02T03:04:05.678Z error   kubus: cannot go on reason=why\n"
      "2026-01-02T03:04:05.679Z warning kubus: not so bad\n"
      "{\"time\":\"x\",\"level\":\"info\",\"logger\":\"kubus\",\"message\":\"m\"}\n"
      "{\"time\":\"x\",\"level\":\"error\",\"logger\":\"kubus\",\"message\":\"n\"}\n"
      "\n"
      "kubusd: kubus.yaml:3: log.levle: unknown key\n");
  EXPECT_THAT(last_errors(file(), 0),
              ElementsAre("2026-01-02T03:04:05.678Z error   kubus: cannot go on reason=why",
                          R"({"time":"x","level":"error","logger":"kubus","message":"n"})",
                          "kubusd: kubus.yaml:3: log.levle: unknown key"));
}

TEST_F(DaemonLogTest, WhatAnEarlierDaemonSaidIsNotItsOwn) {
  write("kubusd: old\n");
  const auto from = std::filesystem::file_size(file());
  EXPECT_THAT(last_errors(file(), from), IsEmpty());
  std::ofstream(file(), std::ios::app) << "kubusd: new\n";
  EXPECT_THAT(last_errors(file(), from), ElementsAre("kubusd: new"));
}

TEST_F(DaemonLogTest, OnlyTheLastFewAreTold) {
  std::string text;
  for (int i = 0; i < 9; ++i) text += "kubusd: " + std::to_string(i) + "\n";
  write(text);
  EXPECT_THAT(last_errors(file(), 0),
              ElementsAre("kubusd: 4", "kubusd: 5", "kubusd: 6", "kubusd: 7", "kubusd: 8"));
}

TEST_F(DaemonLogTest, NoLogSaysNothing) { EXPECT_THAT(last_errors(file(), 0), IsEmpty()); }

}  // namespace
}  // namespace kubus::cluster
