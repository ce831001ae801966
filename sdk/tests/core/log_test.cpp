#include "kubus/log.h"

#include <gtest/gtest.h>

#include <mutex>
#include <vector>

namespace kubus {
namespace {

struct Record {
  LogLevel level;
  std::string logger;
  std::string message;
  std::string fields;
};
std::mutex mutex;
std::vector<Record> records;

class LogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    records.clear();
    set_log_sink([](LogLevel level, std::string_view logger, std::string_view message,
                    std::string_view fields) {
      const std::lock_guard lock(mutex);
      records.push_back({level, std::string(logger), std::string(message), std::string(fields)});
    });
  }
  void TearDown() override {
    set_log_sink(nullptr);
    set_log_level(LogLevel::kInfo);
  }
};

TEST_F(LogTest, ARecordReachesTheSinkWithItsFields) {
  const Logger log("store");
  log.info("opened", {{"path", "/x"}, {"rows", 12}, {"new", true}});
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].logger, "store");
  EXPECT_EQ(records[0].message, "opened");
  EXPECT_EQ(records[0].fields, R"({"path":"/x","rows":12,"new":true})");
}

TEST_F(LogTest, WhatIsBelowTheLevelIsNotWritten) {
  const Logger log("x");
  log.debug("no");
  EXPECT_TRUE(records.empty());
  EXPECT_FALSE(log.enabled(LogLevel::kDebug));
  set_log_level(LogLevel::kDebug);
  log.debug("yes");
  EXPECT_EQ(records.size(), 1u);
}

TEST_F(LogTest, FieldsAreValidJsonWhateverTheyHold) {
  const struct {
    std::string value;
    const char* json;
  } cases[] = {{"a\"b\\c", R"({"k":"a\"b\\c"})"},
               {"line\nnext\t", R"({"k":"line\nnext\t"})"},
               {std::string("\x01", 1), R"({"k":"\u0001"})"},
               {"\xff", "{\"k\":\"\xEF\xBF\xBD\"}"},
               {"\xc3\xa9", "{\"k\":\"\xc3\xa9\"}"},
               {"\xed\xa0\x80", "{\"k\":\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"}"},
               {"\xf0\x9f\x98", "{\"k\":\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"}"}};
  for (const auto& one : cases) {
    records.clear();
    Logger("x").info("m", {{"k", one.value}});
    ASSERT_EQ(records.size(), 1u);
    EXPECT_EQ(records[0].fields, one.json);
  }
}

}  // namespace
}  // namespace kubus
