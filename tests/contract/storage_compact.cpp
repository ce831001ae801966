#include <map>
#include <random>

#include "storage_cases.h"

namespace kubus::contract {
namespace {

Code watch_code(Store& store, const storage::WatchRequest& request) {
  auto stream = store.watch(request);
  while (stream.ok()) {
    auto message = (*stream)->next();
    if (!message.ok()) return message.code();
    if (message->events_size() > 0) return Code::kOk;
  }
  return stream.code();
}

storage::RangeRequest at(storage::RangeRequest request, std::int64_t revision) {
  request.set_revision(revision);
  return request;
}

void what_is_compacted_has_expired(Store& store) {
  const auto first = must_put(store, "a", "1");
  const auto second = must_put(store, "a", "2");
  must_put(store, "a", "3");
  auto done = store.compact(second);
  ASSERT_TRUE(done.ok()) << done.status().to_string();
  EXPECT_EQ(*done, second);
  EXPECT_EQ(store.range(at(range_of("a"), first)).code(), Code::kExpired);
  EXPECT_EQ(text_of(must_range(store, at(range_of("a"), second))), "a=2");
  EXPECT_EQ(text_of(must_range(store, range_of("a"))), "a=3");
  EXPECT_EQ(store.status()->compact_revision(), second);
}

void compacting_keeps_the_present(Store& store) {
  must_put(store, "kept", "1");
  must_put(store, "gone", "1");
  const auto head = must_remove(store, "gone");
  ASSERT_TRUE(store.compact(head).ok());
  EXPECT_EQ(text_of(must_range(store, range_of("a", "z"))), "kept=1");
  EXPECT_EQ(must_put(store, "gone", "2"), head + 1);
  const auto kv = must_range(store, range_of("gone")).kvs(0);
  EXPECT_EQ(kv.create_revision(), head + 1);
  EXPECT_EQ(kv.version(), 1);
}

void a_revision_never_goes_back_through_compaction(Store& store) {
  must_put(store, "a", "1");
  const auto head = must_remove(store, "a");
  ASSERT_TRUE(store.compact(head).ok());
  EXPECT_EQ(must_range(store, range_of("a")).revision(), head);
  EXPECT_EQ(must_put(store, "a", "1"), head + 1);
}

void the_future_cannot_be_compacted(Store& store) {
  EXPECT_EQ(store.compact(must_put(store, "a", "1") + 1).code(), Code::kInvalid);
}

void compacting_again_has_expired(Store& store) {
  const auto first = must_put(store, "a", "1");
  const auto second = must_put(store, "a", "2");
  ASSERT_TRUE(store.compact(second).ok());
  EXPECT_EQ(store.compact(second).code(), Code::kExpired);
  EXPECT_EQ(store.compact(first).code(), Code::kExpired);
}

void a_watch_from_a_compacted_revision_ends_expired(Store& store) {
  const auto first = must_put(store, "a", "1");
  const auto second = must_put(store, "a", "2");
  must_put(store, "a", "3");
  ASSERT_TRUE(store.compact(second).ok());
  EXPECT_EQ(watch_code(store, watch_of("a", {}, first)), Code::kExpired);
  EXPECT_EQ(watch_code(store, watch_of("a", {}, second)), Code::kExpired);
}

void a_watch_from_after_the_compacted_revision_sees_all(Store& store) {
  must_put(store, "a", "1");
  const auto compacted = must_put(store, "a", "2");
  must_put(store, "a", "3");
  must_remove(store, "a");
  ASSERT_TRUE(store.compact(compacted).ok());
  auto watch = must_watch(store, watch_of("a", {}, compacted + 1, true));
  ASSERT_TRUE(watch);
  EXPECT_EQ(text_of(must_event(*watch).events(0)), "put a=3 was 2");
  EXPECT_EQ(text_of(must_event(*watch).events(0)), "delete a was 3");
}

void compacting_does_not_disturb_a_standing_watch(Store& store) {
  auto watch = must_watch(store, watch_of("a", "z"));
  ASSERT_TRUE(watch);
  must_put(store, "a", "1");
  EXPECT_EQ(text_of(must_event(*watch).events(0)), "put a=1");
  ASSERT_TRUE(store.compact(must_put(store, "?", "elsewhere")).ok());
  must_put(store, "a", "2");
  EXPECT_EQ(text_of(must_event(*watch).events(0)), "put a=2");
}

// A model keeps every state; random writes, deletes and compactions must leave the same behind.
void random_histories_read_as_a_model_says(Store& store) {
  std::mt19937 random(20240229);
  std::map<std::int64_t, std::map<std::string, std::string>> states;
  std::map<std::string, std::string> now;
  std::int64_t head = must_put(store, "k0", "first");
  std::int64_t compacted = 0;
  now["k0"] = "first";
  states[head] = now;
  for (int step = 0; step < 400; ++step) {
    const std::string key = "k" + std::to_string(random() % 12);
    const auto dice = random() % 10;
    if (dice < 6) {
      now[key] = std::to_string(step);
      head = must_put(store, key, now[key]);
    } else if (dice < 9) {
      head = must_remove(store, key);
      now.erase(key);
    } else {
      const auto to = compacted + 1 + static_cast<std::int64_t>(random()) % (head - compacted);
      if (to > compacted && store.compact(to).ok()) compacted = to;
    }
    states[head] = now;
    const auto back = static_cast<std::int64_t>(random() % 40);
    const auto then = std::max({compacted, head - back, states.begin()->first});
    std::string expected;
    for (const auto& [k, v] : states[then]) expected += (expected.empty() ? "" : " ") + k + "=" + v;
    ASSERT_EQ(text_of(must_range(store, at(range_of("k", "l"), then))), expected) << "at " << then;
  }
}

}  // namespace

std::vector<StorageCase> compact_cases() {
  return {KUBUS_CASE(what_is_compacted_has_expired),
          KUBUS_CASE(compacting_keeps_the_present),
          KUBUS_CASE(a_revision_never_goes_back_through_compaction),
          KUBUS_CASE(the_future_cannot_be_compacted),
          KUBUS_CASE(compacting_again_has_expired),
          KUBUS_CASE(a_watch_from_a_compacted_revision_ends_expired),
          KUBUS_CASE(a_watch_from_after_the_compacted_revision_sees_all),
          KUBUS_CASE(compacting_does_not_disturb_a_standing_watch),
          KUBUS_CASE(random_histories_read_as_a_model_says)};
}

}  // namespace kubus::contract
