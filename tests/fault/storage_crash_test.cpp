// kill -9 under load, 200 times on one file: no acknowledged write is lost, revisions never go
// back, and the file opens at once.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "engine_store.h"
#include "scratch.h"
#include "storage_cases.h"
#include "storage_child.h"

namespace kubus::fault {
namespace {

using contract::must_event;
using contract::must_range;
using contract::must_watch;
using contract::range_of;
using contract::watch_of;
using storage_sqlite::Engine;
using storage_sqlite::EngineOptions;
using storage_sqlite::EngineStore;
using storage_sqlite::must_open;
using storage_sqlite::Scratch;

constexpr int kRounds = 200;

std::unique_ptr<Engine> open_kept(const Scratch& scratch) {
  EngineOptions options;
  options.path = scratch.file();
  options.retention.keep = std::chrono::nanoseconds(0);
  return must_open(std::move(options));
}

// Every revision after `base` once, in order, whole.
std::map<std::int64_t, storage::WatchResponse> history(EngineStore& store, std::int64_t base,
                                                       std::int64_t head) {
  std::map<std::int64_t, storage::WatchResponse> all;
  if (base == head) return all;
  auto watch = must_watch(store, watch_of("k", contract::kFromKeyOn, base + 1));
  for (auto revision = base + 1; watch && revision <= head; ++revision) {
    auto message = must_event(*watch);
    EXPECT_EQ(message.revision(), revision);
    EXPECT_EQ(message.events_size(), 2) << "half a transaction at " << revision;
    all[revision] = std::move(message);
  }
  return all;
}

void check_round(EngineStore& store, std::int64_t base, const std::vector<Acknowledged>& acks) {
  const auto head = store.status()->revision();
  EXPECT_GE(head, base);
  const auto all = history(store, base, head);
  for (const auto& ack : acks) {
    const auto found = all.find(ack.revision);
    ASSERT_NE(found, all.end()) << "acknowledged revision " << ack.revision << " is lost";
    ASSERT_EQ(found->second.events_size(), 2);
    const auto& put = found->second.events(0).kv();
    EXPECT_EQ(put.key(), "k" + std::to_string(ack.key));
    EXPECT_EQ(put.value().substr(0, put.value().find('.')), std::to_string(ack.value));
  }
  // The present is what history says last.
  std::map<std::string, std::int64_t> newest;
  for (const auto& [revision, message] : all)
    for (const auto& event : message.events()) newest[event.kv().key()] = revision;
  const auto now = must_range(store, range_of("k", contract::kFromKeyOn));
  for (const auto& kv : now.kvs()) {
    const auto last = newest.find(kv.key());
    EXPECT_TRUE(last == newest.end() || last->second == kv.mod_revision()) << kv.key();
  }
  EXPECT_EQ(now.count(), store.status()->keys());
}

TEST(StorageCrash, LosesNothingThatWasAcknowledged) {
  Scratch scratch;
  std::mt19937 random(42);
  std::int64_t base = 1;
  std::size_t acknowledged = 0;
  for (int round = 0; round < kRounds && !HasFailure(); ++round) {
    StorageChild child(scratch.file(), random());
    const auto acks = child.kill_after(random() % 120);
    acknowledged += acks.size();
    auto engine = open_kept(scratch);
    ASSERT_TRUE(engine);
    EngineStore store(*engine);
    check_round(store, base, acks);
    base = store.status()->revision();
  }
  RecordProperty("acknowledged", static_cast<int>(acknowledged));
  EXPECT_GT(acknowledged, static_cast<std::size_t>(kRounds));
}

}  // namespace
}  // namespace kubus::fault
