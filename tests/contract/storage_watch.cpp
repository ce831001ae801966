#include "storage_cases.h"

namespace kubus::contract {
namespace {

void a_watch_sees_what_comes_in_order(Store& store) {
  must_put(store, "a", "before");
  auto watch = must_watch(store, watch_of("a", "z"));
  ASSERT_TRUE(watch);
  const auto put = must_put(store, "a", "1");
  const auto removed = must_remove(store, "a");
  auto first = must_event(*watch);
  EXPECT_EQ(first.revision(), put);
  ASSERT_EQ(first.events_size(), 1);
  EXPECT_EQ(text_of(first.events(0)), "put a=1");
  EXPECT_EQ(first.events(0).kv().version(), 2);
  auto second = must_event(*watch);
  EXPECT_EQ(second.revision(), removed);
  EXPECT_EQ(text_of(second.events(0)), "delete a");
}

void a_delete_event_has_key_and_revision_only(Store& store) {
  must_put(store, "a", "1");
  auto watch = must_watch(store, watch_of("a", {}));
  ASSERT_TRUE(watch);
  const auto removed = must_remove(store, "a");
  const auto event = must_event(*watch).events(0);
  EXPECT_EQ(event.kv().key(), "a");
  EXPECT_EQ(event.kv().mod_revision(), removed);
  EXPECT_EQ(event.kv().value(), "");
  EXPECT_EQ(event.kv().version(), 0);
}

void a_watch_sees_only_its_range(Store& store) {
  auto watch = must_watch(store, watch_of("b", "c"));
  ASSERT_TRUE(watch);
  for (const char* key : {"a", "b", "c", "b1"}) must_put(store, key, "1");
  EXPECT_EQ(text_of(must_event(*watch).events(0)), "put b=1");
  EXPECT_EQ(text_of(must_event(*watch).events(0)), "put b1=1");
}

void a_watch_of_one_key_sees_no_other(Store& store) {
  auto watch = must_watch(store, watch_of("b", {}));
  ASSERT_TRUE(watch);
  for (const char* key : {"a", "b1", "b"}) must_put(store, key, "1");
  EXPECT_EQ(text_of(must_event(*watch).events(0)), "put b=1");
}

void a_watch_from_the_past_replays_it(Store& store) {
  must_put(store, "a", "0");
  const auto start = must_put(store, "a", "1");
  must_remove(store, "a");
  must_put(store, "a", "2");
  auto watch = must_watch(store, watch_of("a", {}, start));
  ASSERT_TRUE(watch);
  for (const char* text : {"put a=1", "delete a", "put a=2"})
    EXPECT_EQ(text_of(must_event(*watch).events(0)), text);
  must_put(store, "a", "3");
  EXPECT_EQ(text_of(must_event(*watch).events(0)), "put a=3");
}

void a_watch_from_the_future_waits_for_it(Store& store) {
  const auto base = must_put(store, "a", "0");
  auto watch = must_watch(store, watch_of("a", {}, base + 3));
  ASSERT_TRUE(watch);
  for (int i = 1; i <= 4; ++i) must_put(store, "a", std::to_string(i));
  EXPECT_EQ(text_of(must_event(*watch).events(0)), "put a=3");
  EXPECT_EQ(text_of(must_event(*watch).events(0)), "put a=4");
}

void events_of_one_revision_are_one_message(Store& store) {
  must_put(store, "c", "1");
  const auto start = must_put(store, "d", "1");
  auto live = must_watch(store, watch_of("a", "z"));
  ASSERT_TRUE(live);
  auto done =
      store.txn(Txn().put("b", "1").put("a", "2").remove("c", "e").put("?", "outside").request());
  ASSERT_TRUE(done.ok());
  auto past = must_watch(store, watch_of("a", "z", start + 1));
  ASSERT_TRUE(past);
  for (auto* watch : {live.get(), past.get()}) {
    const auto message = must_event(*watch);
    EXPECT_EQ(message.revision(), done->revision());
    std::string texts;
    for (const auto& event : message.events()) texts += text_of(event) + ", ";
    EXPECT_EQ(texts, "put b=1, put a=2, delete c, delete d, ");
  }
}

void previous_versions_come_when_asked_for(Store& store) {
  const auto start = must_put(store, "a", "1");
  auto live = must_watch(store, watch_of("a", {}, 0, true));
  ASSERT_TRUE(live);
  must_put(store, "a", "2");
  must_remove(store, "a");
  must_put(store, "a", "3");
  for (const char* text : {"put a=2 was 1", "delete a was 2", "put a=3"})
    EXPECT_EQ(text_of(must_event(*live).events(0)), text);
  auto past = must_watch(store, watch_of("a", {}, start, true));
  ASSERT_TRUE(past);
  for (const char* text : {"put a=1", "put a=2 was 1", "delete a was 2", "put a=3"})
    EXPECT_EQ(text_of(must_event(*past).events(0)), text);
  auto plain = must_watch(store, watch_of("a", {}, start));
  ASSERT_TRUE(plain);
  for (const char* text : {"put a=1", "put a=2", "delete a"})
    EXPECT_EQ(text_of(must_event(*plain).events(0)), text);
}

void the_first_message_tells_where_the_watch_stands(Store& store) {
  const auto base = must_put(store, "a", "1");
  must_put(store, "a", "2");
  auto stream = store.watch(watch_of("a", {}, base));
  ASSERT_TRUE(stream.ok());
  auto first = (*stream)->next();
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->events_size(), 0);
  EXPECT_LE(first->revision(), base);
}

void watches_do_not_disturb_each_other(Store& store) {
  auto one = must_watch(store, watch_of("a", "b"));
  auto two = must_watch(store, watch_of("a", "z"));
  ASSERT_TRUE(one && two);
  must_put(store, "a", "1");
  EXPECT_EQ(text_of(must_event(*one).events(0)), "put a=1");
  one.reset();
  must_put(store, "a", "2");
  EXPECT_EQ(text_of(must_event(*two).events(0)), "put a=1");
  EXPECT_EQ(text_of(must_event(*two).events(0)), "put a=2");
}

void a_watch_that_is_not_read_misses_nothing(Store& store) {
  auto watch = must_watch(store, watch_of("a", "z"));
  ASSERT_TRUE(watch);
  constexpr int kWrites = 1000;
  const std::string value(4096, 'v');
  std::int64_t base = 0;
  for (int i = 0; i < kWrites; ++i) {
    const auto revision = must_put(store, i % 2 == 0 ? "a" : "b", value);
    if (i == 0) base = revision;
  }
  for (int i = 0; i < kWrites; ++i) ASSERT_EQ(must_event(*watch).revision(), base + i);
}

void an_empty_key_cannot_be_watched(Store& store) {
  auto stream = store.watch(watch_of("", {}));
  EXPECT_EQ(stream.ok() ? (*stream)->next().code() : stream.code(), Code::kInvalid);
}

}  // namespace

std::vector<StorageCase> watch_cases() {
  return {KUBUS_CASE(a_watch_sees_what_comes_in_order),
          KUBUS_CASE(a_delete_event_has_key_and_revision_only),
          KUBUS_CASE(a_watch_sees_only_its_range),
          KUBUS_CASE(a_watch_of_one_key_sees_no_other),
          KUBUS_CASE(a_watch_from_the_past_replays_it),
          KUBUS_CASE(a_watch_from_the_future_waits_for_it),
          KUBUS_CASE(events_of_one_revision_are_one_message),
          KUBUS_CASE(previous_versions_come_when_asked_for),
          KUBUS_CASE(the_first_message_tells_where_the_watch_stands),
          KUBUS_CASE(watches_do_not_disturb_each_other),
          KUBUS_CASE(a_watch_that_is_not_read_misses_nothing),
          KUBUS_CASE(an_empty_key_cannot_be_watched)};
}

}  // namespace kubus::contract
