// What the engine promises beyond the contract: groups, upkeep, and its end.
#include "engine.h"

#include <atomic>
#include <future>
#include <latch>

#include "engine_store.h"
#include "scratch.h"
#include "storage_cases.h"

namespace kubus::storage_sqlite {
namespace {

using contract::must_event;
using contract::must_put;
using contract::must_range;
using contract::must_remove;
using contract::must_watch;
using contract::range_of;
using contract::text_of;
using contract::Txn;
using contract::watch_of;

std::int64_t rows(const std::string& path, const char* table) {
  auto db = open_reader(path);
  EXPECT_TRUE(db.ok());
  return db->integer((std::string("SELECT count(*) FROM ") + table).c_str()).value();
}

TEST(Engine, ARequestThatFailsDoesNotHarmItsGroup) {
  Scratch scratch;
  auto engine = must_open(scratch);
  constexpr int kRequests = 300;
  std::latch done(kRequests);
  std::vector<Result<storage::TxnResponse>> results(kRequests,
                                                    Status(Code::kUnknown, "not answered"));
  for (int i = 0; i < kRequests; ++i) {
    const std::string key = "k" + std::to_string(i);
    Txn txn;
    if (i % 3 == 0) txn.put(key, "1");
    if (i % 3 == 1) txn.when_mod(key, 77).put(key, "1");
    if (i % 3 == 2) txn.put(key, "1").put(key, "2");
    engine->txn(txn.request(), [&, i](auto result) {
      results[i] = std::move(result);
      done.count_down();
    });
  }
  done.wait();
  std::int64_t revision = 1;
  for (int i = 0; i < kRequests; ++i) {
    if (i % 3 == 2) {
      EXPECT_EQ(results[i].code(), Code::kInvalid);
      continue;
    }
    ASSERT_TRUE(results[i].ok());
    EXPECT_EQ(results[i]->succeeded(), i % 3 == 0);
    if (i % 3 == 0) ++revision;
    EXPECT_GE(results[i]->revision(), revision);
  }
}

struct TooLarge {
  const char* name;
  storage::TxnRequest request;
};

TEST(Engine, RefusesWhatIsTooLarge) {
  Scratch scratch;
  auto engine = must_open(scratch);
  EngineStore store(*engine);
  Txn many;
  for (int i = 0; i < 1025; ++i) many.put("k" + std::to_string(i), "1");
  const TooLarge requests[] = {
      {"value", Txn().put("a", std::string(3 * 1024 * 1024 + 1, 'x')).request()},
      {"operations", many.request()}};
  for (const auto& row : requests)
    EXPECT_EQ(store.txn(row.request).code(), Code::kRequestEntityTooLarge) << row.name;
  EXPECT_EQ(store.txn(Txn().put(std::string(4097, 'k'), "1").request()).code(), Code::kInvalid);
  EXPECT_EQ(store.status()->keys(), 0);
}

TEST(Engine, CompactionLeavesOnlyWhatCanBeRead) {
  Scratch scratch;
  auto engine = must_open(scratch);
  EngineStore store(*engine);
  std::int64_t head = 0;
  for (int i = 0; i < 2500; ++i) {
    const std::string key = "k" + std::to_string(i % 50);
    head = i % 7 == 6 ? must_remove(store, key) : must_put(store, key, "v");
  }
  const auto keys = store.status()->keys();
  head = store.status()->revision();
  ASSERT_TRUE(store.compact(head).ok());
  EXPECT_TRUE(eventually([&] { return rows(scratch.file(), "history") == keys; }));
  EXPECT_EQ(rows(scratch.file(), "current"), keys);
  EXPECT_EQ(must_range(store, range_of("k", "l")).count(), keys);
}

TEST(Engine, CompactionGoesOnAfterARestart) {
  Scratch scratch;
  {
    auto engine = must_open(scratch);
    EngineStore store(*engine);
    for (int i = 0; i < 3000; ++i)
      engine->txn(Txn().put("k", std::to_string(i)).request(), [](auto) {});
    // Answered once the revision is recorded; the removal has hardly begun when the engine closes.
    ASSERT_TRUE(store.compact(must_put(store, "k", "last")).ok());
  }
  auto engine = must_open(scratch);
  EXPECT_TRUE(eventually([&] { return rows(scratch.file(), "history") == 1; }));
}

TEST(Engine, ForgetsHistoryByTheClock) {
  Scratch scratch;
  std::atomic<std::int64_t> minutes = 0;
  EngineOptions options;
  options.path = scratch.file();
  options.retention.keep = std::chrono::minutes(5);
  options.now = [&] { return Retention::Time(std::chrono::minutes(minutes)); };
  auto engine = must_open(std::move(options));
  EngineStore store(*engine);
  const auto first = must_put(store, "a", "1");
  minutes = 1;
  const auto second = must_put(store, "a", "2");
  minutes = 5;
  engine->poke();
  EXPECT_TRUE(eventually([&] { return store.status()->compact_revision() == first; }));
  minutes = 6;
  engine->poke();
  EXPECT_TRUE(eventually([&] { return store.status()->compact_revision() == second; }));
  EXPECT_TRUE(eventually([&] { return rows(scratch.file(), "history") == 1; }));
}

TEST(Engine, ForgetsHistoryByNumber) {
  Scratch scratch;
  EngineOptions options;
  options.path = scratch.file();
  options.retention = {std::chrono::nanoseconds(0), 100};
  auto engine = must_open(std::move(options));
  EngineStore store(*engine);
  for (int i = 0; i < 300; ++i) must_put(store, "a", std::to_string(i));
  EXPECT_TRUE(eventually([&] { return rows(scratch.file(), "history") <= 112; }));
  auto old = range_of("a");
  old.set_revision(store.status()->revision() - 90);
  EXPECT_EQ(must_range(store, old).count(), 1);
}

void fill(Engine& engine, int writes, std::size_t bytes) {
  std::latch done(writes);
  for (int i = 0; i < writes; ++i)
    engine.txn(Txn().put("k" + std::to_string(i), std::string(bytes, 'x')).request(),
               [&](auto result) {
                 EXPECT_TRUE(result.ok()) << result.status().to_string();
                 done.count_down();
               });
  done.wait();
}

TEST(Engine, KeepsItsLogBounded) {
  Scratch scratch;
  auto engine = must_open(scratch);
  for (int round = 0; round < 4; ++round) fill(*engine, 1000, 8 * 1024);
  // 32 MB were written; a group may exceed the bound by itself once.
  EXPECT_LT(std::filesystem::file_size(scratch.file("store.db-wal")), 20u << 20);
}

TEST(Engine, GivesSpaceBack) {
  Scratch scratch;
  auto engine = must_open(scratch);
  EngineStore store(*engine);
  fill(*engine, 2000, 16 * 1024);
  const auto full = store.status()->size_bytes();
  const auto head = must_remove(store, "k", "l");
  ASSERT_TRUE(store.compact(head).ok());
  EXPECT_TRUE(eventually([&] {
    must_put(store, "a", "1");
    return std::filesystem::file_size(scratch.file()) < static_cast<std::size_t>(full) / 4;
  }));
}

TEST(Engine, TellsIdleWatchesHowFarTheyAreWhenItCompacts) {
  Scratch scratch;
  auto engine = must_open(scratch);
  EngineStore store(*engine);
  auto watch = must_watch(store, watch_of("a", {}));
  ASSERT_TRUE(watch);
  // The stream arms itself by looking: let it see one event first.
  must_put(store, "a", "1");
  must_event(*watch);
  std::int64_t head = 0;
  auto message = std::async(std::launch::async, [&] { return watch->next(); });
  for (int i = 0; i < 10; ++i) head = must_put(store, "b", "1");
  ASSERT_TRUE(store.compact(head).ok());
  auto told = message.get();
  ASSERT_TRUE(told.ok()) << told.status().to_string();
  EXPECT_EQ(told->events_size(), 0);
  EXPECT_GT(told->revision(), head - 10);
}

TEST(Engine, EndsInOrder) {
  Scratch scratch;
  auto engine = must_open(scratch);
  EngineStore store(*engine);
  auto watch = must_watch(store, watch_of("a", "z"));
  ASSERT_TRUE(watch);
  constexpr int kWrites = 50;
  std::atomic<int> acknowledged = 0;
  for (int i = 0; i < kWrites; ++i)
    engine->txn(Txn().put("a", std::to_string(i)).request(),
                [&](auto result) { acknowledged += result.ok() ? 1 : 0; });
  engine->finish();
  EXPECT_EQ(store.txn(Txn().put("a", "late").request()).code(), Code::kDraining);
  for (int i = 0; i < kWrites; ++i)
    EXPECT_EQ(text_of(must_event(*watch).events(0)), "put a=" + std::to_string(i));
  EXPECT_EQ(watch->next().code(), Code::kUnavailable);
  EXPECT_EQ(acknowledged, kWrites);
  EXPECT_EQ(text_of(must_range(store, range_of("a"))), "a=49");
}

}  // namespace
}  // namespace kubus::storage_sqlite
