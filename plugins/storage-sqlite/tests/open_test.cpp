// What the engine says to files that are not as they should be, and how it shares a good one.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <functional>
#include <thread>

#include "engine_store.h"
#include "scratch.h"
#include "storage_cases.h"

namespace kubus::storage_sqlite {
namespace {

using contract::must_put;
using contract::must_range;
using contract::range_of;
using contract::text_of;

void write_file(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

void run_sql(const std::string& path, const char* sql) {
  auto db = Connection::open(path, Connection::Mode::kCreate);
  ASSERT_TRUE(db.ok());
  ASSERT_TRUE(db->exec(sql).ok());
}

void make_store(const std::string& path) {
  EngineOptions options;
  options.path = path;
  auto engine = must_open(std::move(options));
  EngineStore store(*engine);
  for (int i = 0; i < 100; ++i) must_put(store, "k" + std::to_string(i), std::string(500, 'v'));
}

struct BadFile {
  const char* name;
  std::function<void(const std::string&)> make;
  const char* says;
};

class BadFileTest : public ::testing::TestWithParam<BadFile> {};

TEST_P(BadFileTest, IsRefusedWithItsReason) {
  Scratch scratch;
  GetParam().make(scratch.file());
  EngineOptions options;
  options.path = scratch.file();
  const auto engine = Engine::open(std::move(options));
  ASSERT_FALSE(engine.ok());
  EXPECT_THAT(engine.status().message(), ::testing::HasSubstr(GetParam().says));
  EXPECT_THAT(engine.status().message(), ::testing::HasSubstr(scratch.file()));
}

INSTANTIATE_TEST_SUITE_P(
    Open, BadFileTest,
    ::testing::Values(
        BadFile{"garbage", [](auto& p) { write_file(p, std::string(5000, 'x')); }, "damaged"},
        BadFile{"foreign", [](auto& p) { run_sql(p, "CREATE TABLE t(a)"); }, "not a Kubus store"},
        BadFile{"newer",
                [](auto& p) {
                  make_store(p);
                  run_sql(p, "PRAGMA user_version = 999");
                },
                "use a newer version of Kubus"},
        BadFile{"without_counters",
                [](auto& p) {
                  make_store(p);
                  run_sql(p, "DELETE FROM head");
                },
                "counters are missing"},
        BadFile{"overwritten",
                [](auto& p) {
                  make_store(p);
                  std::fstream file(p, std::ios::in | std::ios::out | std::ios::binary);
                  file.seekp(0, std::ios::end);
                  const auto size = file.tellp();
                  file.seekp(100);
                  for (auto at = 100; at < size; ++at) file.put('\x5a');
                },
                "damaged"},
        BadFile{"directory", [](auto& p) { std::filesystem::create_directory(p); }, "open"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Open, KeepsEverythingOverARestart) {
  Scratch scratch;
  std::int64_t head = 0;
  for (int round = 1; round <= 3; ++round) {
    auto engine = must_open(scratch);
    EngineStore store(*engine);
    EXPECT_EQ(text_of(must_range(store, range_of("a"))),
              round == 1 ? "" : "a=" + std::to_string(round - 1));
    const auto revision = must_put(store, "a", std::to_string(round));
    EXPECT_EQ(revision, round == 1 ? revision : head + 1);
    head = contract::must_remove(store, "b");
    // The newest revision being a deletion that is compacted must not make the counter go back.
    must_put(store, "b", "1");
    head = contract::must_remove(store, "b");
    EXPECT_TRUE(store.compact(head).ok());
  }
}

TEST(Open, MakesFilesThatOnlyTheOwnerReads) {
  Scratch scratch;
  const auto old = ::umask(0);
  auto engine = must_open(scratch);
  ::umask(old);
  EngineStore store(*engine);
  must_put(store, "a", "1");
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
    struct stat info {};
    ASSERT_EQ(::stat((scratch.file() + suffix).c_str(), &info), 0) << suffix;
    EXPECT_EQ(info.st_mode & 0777, 0600u) << suffix;
  }
}

TEST(Open, TakesRightsOnTheFileAwayFromOthers) {
  Scratch scratch;
  make_store(scratch.file());
  ASSERT_EQ(::chmod(scratch.file().c_str(), 0644), 0);
  auto engine = must_open(scratch);
  struct stat info {};
  ASSERT_EQ(::stat(scratch.file().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST(Open, RefusesAFileInUse) {
  Scratch scratch;
  auto engine = must_open(scratch);
  EngineOptions options;
  options.path = scratch.file();
  const auto second = Engine::open(std::move(options));
  EXPECT_EQ(second.status().code(), Code::kServiceUnavailable);
  EXPECT_THAT(second.status().message(), ::testing::HasSubstr("in use"));
}

TEST(Open, WaitsForItsPredecessorWhenAsked) {
  Scratch scratch;
  auto first = must_open(scratch);
  EngineStore old_store(*first);
  const auto head = must_put(old_store, "a", "1");
  std::unique_ptr<Engine> second;
  std::thread opening([&] {
    EngineOptions options;
    options.path = scratch.file();
    options.wait_for_owner = true;
    second = must_open(std::move(options));
  });
  const auto last = must_put(old_store, "a", "2");
  EXPECT_GT(last, head);
  first->finish();
  opening.join();
  ASSERT_TRUE(second);
  EngineStore new_store(*second);
  EXPECT_EQ(must_put(new_store, "a", "3"), last + 1);
  EXPECT_EQ(text_of(must_range(old_store, range_of("a"))), "a=3") << "reads still work";
}

TEST(Open, GivesUpWaitingWhenCancelled) {
  Scratch scratch;
  auto first = must_open(scratch);
  std::stop_source cancel;
  EngineOptions options;
  options.path = scratch.file();
  options.wait_for_owner = true;
  options.cancel_wait = cancel.get_token();
  cancel.request_stop();
  EXPECT_EQ(Engine::open(std::move(options)).status().code(), Code::kCancelled);
}

TEST(Open, ReadsItsOwnSnapshot) {
  Scratch scratch;
  auto engine = must_open(scratch);
  EngineStore store(*engine);
  must_put(store, "a", "1");
  const auto then = must_put(store, "a", "2");
  auto bytes = store.snapshot();
  ASSERT_TRUE(bytes.ok()) << bytes.status().to_string();
  must_put(store, "a", "3");
  write_file(scratch.file("copy.db"), *bytes);
  EngineOptions options;
  options.path = scratch.file("copy.db");
  auto copy = must_open(std::move(options));
  EngineStore copied(*copy);
  const auto found = must_range(copied, range_of("a"));
  EXPECT_EQ(text_of(found), "a=2");
  EXPECT_EQ(found.revision(), then);
  auto old = range_of("a");
  old.set_revision(then - 1);
  EXPECT_EQ(text_of(must_range(copied, old)), "a=1");
  EXPECT_EQ(must_put(copied, "a", "x"), then + 1);
}

}  // namespace
}  // namespace kubus::storage_sqlite
