#include "storage_cases.h"

namespace kubus::contract {
namespace {

std::int64_t revision_of_store(Store& store) { return must_range(store, range_of("?")).revision(); }

void each_write_has_the_next_revision(Store& store) {
  const auto base = revision_of_store(store);
  EXPECT_EQ(must_put(store, "a", "1"), base + 1);
  EXPECT_EQ(must_put(store, "b", "1"), base + 2);
  EXPECT_EQ(must_remove(store, "a"), base + 3);
}

void an_update_keeps_the_create_revision_and_counts(Store& store) {
  const auto created = must_put(store, "a", "1");
  must_put(store, "a", "2");
  const auto modified = must_put(store, "a", "3");
  const auto kv = must_range(store, range_of("a")).kvs(0);
  EXPECT_EQ(kv.create_revision(), created);
  EXPECT_EQ(kv.mod_revision(), modified);
  EXPECT_EQ(kv.version(), 3);
}

void a_deleted_key_begins_a_new_life(Store& store) {
  must_put(store, "a", "1");
  must_put(store, "a", "2");
  must_remove(store, "a");
  EXPECT_EQ(must_range(store, range_of("a")).count(), 0);
  const auto reborn = must_put(store, "a", "3");
  const auto kv = must_range(store, range_of("a")).kvs(0);
  EXPECT_EQ(kv.create_revision(), reborn);
  EXPECT_EQ(kv.version(), 1);
}

void a_delete_tells_what_was_there(Store& store) {
  const auto put = must_put(store, "a", "1");
  auto done = store.txn(Txn().remove("a", {}, true).request());
  ASSERT_TRUE(done.ok());
  ASSERT_EQ(done->results_size(), 1);
  EXPECT_EQ(done->results(0).deleted(), 1);
  ASSERT_EQ(done->results(0).previous_size(), 1);
  EXPECT_EQ(done->results(0).previous(0).value(), "1");
  EXPECT_EQ(done->results(0).previous(0).mod_revision(), put);
}

void a_delete_tells_nothing_unasked(Store& store) {
  must_put(store, "a", "1");
  auto done = store.txn(Txn().remove("a").request());
  ASSERT_TRUE(done.ok());
  EXPECT_EQ(done->results(0).previous_size(), 0);
}

void deleting_nothing_makes_no_revision(Store& store) {
  const auto base = must_put(store, "a", "1");
  auto done = store.txn(Txn().remove("x", "z").request());
  ASSERT_TRUE(done.ok());
  EXPECT_EQ(done->results(0).deleted(), 0);
  EXPECT_EQ(done->revision(), base);
}

void a_range_is_deleted_as_one_step(Store& store) {
  for (const char* key : {"a", "b", "c", "d"}) must_put(store, key, "1");
  const auto base = revision_of_store(store);
  auto done = store.txn(Txn().remove("b", "d", true).request());
  ASSERT_TRUE(done.ok());
  EXPECT_EQ(done->results(0).deleted(), 2);
  EXPECT_EQ(done->results(0).previous_size(), 2);
  EXPECT_EQ(done->revision(), base + 1);
  EXPECT_EQ(text_of(must_range(store, range_of("a", "z"))), "a=1 d=1");
}

void a_failed_compare_does_the_other_branch(Store& store) {
  must_put(store, "a", "1");
  auto done =
      store.txn(Txn().when_mod("a", 0).put("a", "2").otherwise().read("a").put("b", "3").request());
  ASSERT_TRUE(done.ok());
  EXPECT_FALSE(done->succeeded());
  ASSERT_EQ(done->results_size(), 2);
  EXPECT_EQ(text_of(done->results(0).range()), "a=1");
  EXPECT_EQ(text_of(must_range(store, range_of("a", "z"))), "a=1 b=3");
}

void a_failed_compare_without_a_branch_changes_nothing(Store& store) {
  const auto base = must_put(store, "a", "1");
  auto done = store.txn(Txn().when_mod("a", base + 7).put("a", "2").request());
  ASSERT_TRUE(done.ok());
  EXPECT_FALSE(done->succeeded());
  EXPECT_EQ(done->revision(), base);
  EXPECT_EQ(text_of(must_range(store, range_of("a"))), "a=1");
}

void all_compares_must_hold(Store& store) {
  const auto a = must_put(store, "a", "1");
  must_put(store, "b", "1");
  auto done = store.txn(Txn().when_mod("a", a).when_mod("b", a).put("c", "1").request());
  ASSERT_TRUE(done.ok());
  EXPECT_FALSE(done->succeeded());
  EXPECT_EQ(must_range(store, range_of("c")).count(), 0);
}

void several_writes_share_one_revision(Store& store) {
  must_put(store, "old", "1");
  auto done = store.txn(Txn().put("a", "1").put("b", "2").remove("old").request());
  ASSERT_TRUE(done.ok());
  const auto found = must_range(store, range_of("a", "z"));
  EXPECT_EQ(text_of(found), "a=1 b=2");
  for (const auto& kv : found.kvs()) EXPECT_EQ(kv.mod_revision(), done->revision());
}

void a_read_sees_the_writes_before_it(Store& store) {
  must_put(store, "a", "0");
  auto done = store.txn(Txn().read("a").put("a", "1").read("a").remove("a").read("a").request());
  // One key may be written only once: the delete makes the whole invalid.
  EXPECT_EQ(done.code(), Code::kInvalid);
  done = store.txn(Txn().read("a").put("a", "1").read("a", "z").request());
  ASSERT_TRUE(done.ok());
  EXPECT_EQ(text_of(done->results(0).range()), "a=0");
  EXPECT_EQ(text_of(done->results(2).range()), "a=1");
}

void a_key_written_twice_is_invalid_and_nothing_is_done(Store& store) {
  const auto base = revision_of_store(store);
  EXPECT_EQ(store.txn(Txn().put("b", "1").put("a", "1").put("a", "2").request()).code(),
            Code::kInvalid);
  EXPECT_EQ(store.txn(Txn().put("b", "1").remove("a", "c").request()).code(), Code::kInvalid);
  EXPECT_EQ(revision_of_store(store), base);
  EXPECT_EQ(must_range(store, range_of("a", "z")).count(), 0);
}

void a_bad_read_undoes_the_writes_beside_it(Store& store) {
  const auto base = revision_of_store(store);
  auto request = Txn().put("a", "1").read("a").request();
  request.mutable_success(1)->mutable_range()->set_revision(base + 100);
  EXPECT_EQ(store.txn(request).code(), Code::kInvalid);
  EXPECT_EQ(must_range(store, range_of("a")).count(), 0);
  EXPECT_EQ(revision_of_store(store), base);
}

void an_empty_transaction_succeeds(Store& store) {
  const auto base = must_put(store, "a", "1");
  auto done = store.txn({});
  ASSERT_TRUE(done.ok());
  EXPECT_TRUE(done->succeeded());
  EXPECT_EQ(done->revision(), base);
}

void status_tells_revision_and_keys(Store& store) {
  must_put(store, "a", "1");
  must_put(store, "a", "2");
  must_put(store, "b", "1");
  const auto head = must_remove(store, "b");
  auto status = store.status();
  ASSERT_TRUE(status.ok());
  EXPECT_EQ(status->revision(), head);
  EXPECT_EQ(status->keys(), 1);
  EXPECT_GT(status->size_bytes(), 0);
  EXPECT_TRUE(status->writable());
  EXPECT_EQ(status->error(), "");
}

void a_snapshot_is_taken_while_writes_go_on(Store& store) {
  for (int i = 0; i < 50; ++i) must_put(store, "k" + std::to_string(i), std::string(1000, 'x'));
  auto snapshot = store.snapshot();
  ASSERT_TRUE(snapshot.ok()) << snapshot.status().to_string();
  EXPECT_GT(snapshot->size(), 50'000u);
  must_put(store, "after", "1");
}

}  // namespace

std::vector<StorageCase> txn_cases() {
  return {KUBUS_CASE(each_write_has_the_next_revision),
          KUBUS_CASE(an_update_keeps_the_create_revision_and_counts),
          KUBUS_CASE(a_deleted_key_begins_a_new_life),
          KUBUS_CASE(a_delete_tells_what_was_there),
          KUBUS_CASE(a_delete_tells_nothing_unasked),
          KUBUS_CASE(deleting_nothing_makes_no_revision),
          KUBUS_CASE(a_range_is_deleted_as_one_step),
          KUBUS_CASE(a_failed_compare_does_the_other_branch),
          KUBUS_CASE(a_failed_compare_without_a_branch_changes_nothing),
          KUBUS_CASE(all_compares_must_hold),
          KUBUS_CASE(several_writes_share_one_revision),
          KUBUS_CASE(a_read_sees_the_writes_before_it),
          KUBUS_CASE(a_key_written_twice_is_invalid_and_nothing_is_done),
          KUBUS_CASE(a_bad_read_undoes_the_writes_beside_it),
          KUBUS_CASE(an_empty_transaction_succeeds),
          KUBUS_CASE(status_tells_revision_and_keys),
          KUBUS_CASE(a_snapshot_is_taken_while_writes_go_on)};
}

}  // namespace kubus::contract
