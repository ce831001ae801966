#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "storage_cases.h"

namespace kubus::contract {
namespace {

constexpr int kThreads = 8;

void in_threads(int count, const std::function<void(int)>& body) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back([&body, i] { body(i); });
}

void concurrent_writes_get_gapless_revisions(Store& store) {
  constexpr int kWrites = 100;
  const auto base = must_range(store, range_of("a")).revision();
  std::mutex mutex;
  std::vector<std::int64_t> all;
  in_threads(kThreads, [&](int thread) {
    std::int64_t last = 0;
    for (int i = 0; i < kWrites; ++i) {
      const auto revision = must_put(store, "t" + std::to_string(thread), std::to_string(i));
      EXPECT_GT(revision, last);
      last = revision;
      const std::lock_guard lock(mutex);
      all.push_back(revision);
    }
  });
  std::sort(all.begin(), all.end());
  ASSERT_EQ(all.size(), static_cast<std::size_t>(kThreads * kWrites));
  for (std::size_t i = 0; i < all.size(); ++i)
    ASSERT_EQ(all[i], base + 1 + static_cast<std::int64_t>(i));
}

void one_of_many_creators_wins(Store& store) {
  for (int round = 0; round < 20; ++round) {
    const std::string key = "k" + std::to_string(round);
    std::atomic<int> winners = 0;
    in_threads(kThreads, [&](int thread) {
      auto done = store.txn(Txn().when_mod(key, 0).put(key, std::to_string(thread)).request());
      ASSERT_TRUE(done.ok());
      if (done->succeeded()) ++winners;
    });
    EXPECT_EQ(winners, 1);
  }
}

void optimistic_counting_loses_nothing(Store& store) {
  constexpr int kAdds = 25;
  must_put(store, "n", "0");
  in_threads(kThreads, [&](int) {
    for (int added = 0; added < kAdds;) {
      const auto now = must_range(store, range_of("n"));
      ASSERT_EQ(now.kvs_size(), 1);
      const auto next = std::to_string(std::stoi(now.kvs(0).value()) + 1);
      auto done =
          store.txn(Txn().when_mod("n", now.kvs(0).mod_revision()).put("n", next).request());
      ASSERT_TRUE(done.ok());
      if (done->succeeded()) ++added;
    }
  });
  EXPECT_EQ(text_of(must_range(store, range_of("n"))), "n=" + std::to_string(kThreads * kAdds));
}

void reads_never_see_half_a_transaction(Store& store) {
  must_put(store, "go", "1");
  std::atomic<bool> done = false;
  std::jthread writer([&] {
    for (int i = 0; i < 300; ++i) {
      const auto value = std::to_string(i);
      EXPECT_TRUE(store.txn(Txn().put("x", value).put("y", value).request()).ok());
    }
    done = true;
  });
  in_threads(2, [&](int) {
    std::int64_t last = 0;
    while (!done) {
      const auto found = must_range(store, range_of("x", "z"));
      EXPECT_GE(found.revision(), last);
      last = found.revision();
      if (found.kvs_size() == 0) continue;
      ASSERT_EQ(found.kvs_size(), 2);
      EXPECT_EQ(found.kvs(0).value(), found.kvs(1).value());
    }
  });
}

void a_read_sees_every_acknowledged_write(Store& store) {
  in_threads(kThreads, [&](int thread) {
    const std::string key = "t" + std::to_string(thread);
    for (int i = 0; i < 50; ++i) {
      const auto revision = must_put(store, key, std::to_string(i));
      const auto found = must_range(store, range_of(key));
      EXPECT_GE(found.revision(), revision);
      EXPECT_EQ(text_of(found), key + "=" + std::to_string(i));
    }
  });
}

// Watchers begin at different places of the past while writers run, and so cross from history to
// what happens now at different moments.
void watches_see_each_revision_once_over_the_border_to_now(Store& store) {
  constexpr int kWriters = 3;
  constexpr int kWrites = 300;
  constexpr int kWatchers = 6;
  const auto base = must_put(store, "k", "0");
  for (int i = 0; i < 50; ++i) must_put(store, "k", std::to_string(i));
  const auto last = base + 50 + kWriters * kWrites;
  std::vector<std::jthread> writers;
  for (int w = 0; w < kWriters; ++w)
    writers.emplace_back([&store, w] {
      for (int i = 0; i < kWrites; ++i) must_put(store, "k" + std::to_string(w), std::to_string(i));
    });
  in_threads(kWatchers, [&](int watcher) {
    const auto start = base + watcher * 10;
    auto watch = must_watch(store, watch_of("k", "l", start, watcher % 2 == 0));
    ASSERT_TRUE(watch);
    for (auto expected = start; expected <= last; ++expected) {
      const auto message = must_event(*watch);
      ASSERT_EQ(message.revision(), expected);
      ASSERT_EQ(message.events_size(), 1);
    }
  });
}

}  // namespace

std::vector<StorageCase> concurrency_cases() {
  return {KUBUS_CASE(concurrent_writes_get_gapless_revisions),
          KUBUS_CASE(one_of_many_creators_wins),
          KUBUS_CASE(optimistic_counting_loses_nothing),
          KUBUS_CASE(reads_never_see_half_a_transaction),
          KUBUS_CASE(a_read_sees_every_acknowledged_write),
          KUBUS_CASE(watches_see_each_revision_once_over_the_border_to_now)};
}

}  // namespace kubus::contract
