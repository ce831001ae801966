#include "storage_cases.h"

namespace kubus::contract {
namespace {

void fill(Store& store, std::initializer_list<std::pair<std::string_view, std::string_view>> kvs) {
  for (const auto& [key, value] : kvs) must_put(store, key, value);
}

void an_empty_store_has_no_keys(Store& store) {
  const auto all = must_range(store, range_of(std::string("\0", 1), kFromKeyOn));
  EXPECT_EQ(all.kvs_size(), 0);
  EXPECT_EQ(all.count(), 0);
  EXPECT_FALSE(all.more());
}

void a_key_is_found_with_its_revisions(Store& store) {
  const auto revision = must_put(store, "a", "1");
  const auto found = must_range(store, range_of("a"));
  ASSERT_EQ(found.kvs_size(), 1);
  EXPECT_EQ(found.kvs(0).key(), "a");
  EXPECT_EQ(found.kvs(0).value(), "1");
  EXPECT_EQ(found.kvs(0).create_revision(), revision);
  EXPECT_EQ(found.kvs(0).mod_revision(), revision);
  EXPECT_EQ(found.kvs(0).version(), 1);
  EXPECT_EQ(found.revision(), revision);
  EXPECT_EQ(found.count(), 1);
}

void a_single_key_does_not_match_longer_ones(Store& store) {
  fill(store, {{"ab", "1"}, {std::string_view("a\0", 2), "2"}});
  EXPECT_EQ(must_range(store, range_of("a")).count(), 0);
}

void a_range_excludes_its_end(Store& store) {
  fill(store, {{"a", "1"}, {"b", "2"}, {"c", "3"}});
  EXPECT_EQ(text_of(must_range(store, range_of("a", "c"))), "a=1 b=2");
}

void a_zero_byte_end_means_everything_from_the_key_on(Store& store) {
  fill(store, {{"a", "1"}, {"b", "2"}, {"\xff\xff", "3"}});
  EXPECT_EQ(must_range(store, range_of("b", kFromKeyOn)).count(), 2);
}

void an_end_before_the_key_is_an_empty_range(Store& store) {
  fill(store, {{"a", "1"}, {"b", "2"}});
  EXPECT_EQ(must_range(store, range_of("b", "a")).count(), 0);
}

void keys_come_in_the_order_of_their_bytes(Store& store) {
  fill(store, {{"b", ""}, {"\xff", ""}, {"a/b", ""}, {"a", ""}, {"B", ""}, {"a-b", ""}});
  std::string order;
  const auto all = must_range(store, range_of(std::string("\0", 1), kFromKeyOn));
  for (const auto& kv : all.kvs()) order += kv.key() + " ";
  EXPECT_EQ(order, "B a a-b a/b b \xff ");
}

void a_limit_leaves_more_and_counts_all(Store& store) {
  fill(store, {{"a", "1"}, {"b", "2"}, {"c", "3"}});
  auto request = range_of("a", "z");
  request.set_limit(2);
  const auto page = must_range(store, request);
  EXPECT_EQ(text_of(page), "a=1 b=2");
  EXPECT_TRUE(page.more());
  EXPECT_EQ(page.count(), 3);
}

void a_limit_that_suffices_leaves_no_more(Store& store) {
  fill(store, {{"a", "1"}, {"b", "2"}});
  auto request = range_of("a", "z");
  request.set_limit(2);
  const auto page = must_range(store, request);
  EXPECT_EQ(page.kvs_size(), 2);
  EXPECT_FALSE(page.more());
}

void keys_only_leaves_out_values(Store& store) {
  const auto revision = must_put(store, "a", "1");
  auto request = range_of("a", "z");
  request.set_keys_only(true);
  const auto found = must_range(store, request);
  ASSERT_EQ(found.kvs_size(), 1);
  EXPECT_EQ(found.kvs(0).value(), "");
  EXPECT_EQ(found.kvs(0).mod_revision(), revision);
}

void count_only_leaves_out_keys(Store& store) {
  fill(store, {{"a", "1"}, {"b", "2"}});
  auto request = range_of("a", "z");
  request.set_count_only(true);
  const auto found = must_range(store, request);
  EXPECT_EQ(found.kvs_size(), 0);
  EXPECT_EQ(found.count(), 2);
}

void an_old_revision_shows_the_old_state(Store& store) {
  must_put(store, "changed", "old");
  const auto then = must_put(store, "deleted", "there");
  must_put(store, "changed", "new");
  must_remove(store, "deleted");
  must_put(store, "later", "1");
  auto request = range_of("a", "z");
  request.set_revision(then);
  const auto found = must_range(store, request);
  EXPECT_EQ(text_of(found), "changed=old deleted=there");
  EXPECT_EQ(found.count(), 2);
  EXPECT_GT(found.revision(), then);
}

void an_old_revision_shows_the_earlier_life_of_a_key(Store& store) {
  const auto first = must_put(store, "a", "1");
  const auto gone = must_remove(store, "a");
  must_put(store, "a", "2");
  auto request = range_of("a");
  request.set_revision(first);
  EXPECT_EQ(text_of(must_range(store, request)), "a=1");
  request.set_revision(gone);
  EXPECT_EQ(must_range(store, request).count(), 0);
}

void an_old_revision_has_limit_count_and_keys_only(Store& store) {
  fill(store, {{"a", "1"}, {"b", "2"}});
  const auto then = must_put(store, "c", "3");
  fill(store, {{"a", "x"}, {"d", "4"}});
  auto request = range_of("a", "z");
  request.set_revision(then);
  request.set_limit(1);
  auto page = must_range(store, request);
  EXPECT_EQ(text_of(page), "a=1");
  EXPECT_TRUE(page.more());
  EXPECT_EQ(page.count(), 3);
  request.set_limit(0);
  request.set_keys_only(true);
  EXPECT_EQ(text_of(must_range(store, request)), "a= b= c=");
  request.set_count_only(true);
  page = must_range(store, request);
  EXPECT_EQ(page.kvs_size(), 0);
  EXPECT_EQ(page.count(), 3);
}

void a_future_revision_is_invalid(Store& store) {
  auto request = range_of("a");
  request.set_revision(must_put(store, "a", "1") + 1);
  EXPECT_EQ(store.range(request).code(), Code::kInvalid);
}

void an_empty_key_is_invalid(Store& store) {
  EXPECT_EQ(store.range(range_of("")).code(), Code::kInvalid);
  EXPECT_EQ(store.txn(Txn().put("", "1").request()).code(), Code::kInvalid);
}

void values_of_any_bytes_and_size_are_kept(Store& store) {
  std::string large(1024 * 1024, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 31 % 251);
  for (const std::string& value : {std::string(), std::string("\0\xff\n", 3), large}) {
    must_put(store, "a", value);
    const auto found = must_range(store, range_of("a"));
    ASSERT_EQ(found.kvs_size(), 1);
    EXPECT_EQ(found.kvs(0).value(), value);
  }
}

void pages_at_one_revision_are_one_state(Store& store) {
  std::int64_t revision = 0;
  for (int i = 0; i < 100; ++i) revision = must_put(store, "k" + std::to_string(1000 + i), "old");
  auto request = range_of("k", "l");
  request.set_revision(revision);
  request.set_limit(7);
  int seen = 0;
  while (true) {
    const auto page = must_range(store, request);
    for (const auto& kv : page.kvs()) EXPECT_EQ(kv.value(), "old");
    seen += page.kvs_size();
    ASSERT_FALSE(page.kvs().empty());
    if (!page.more()) break;
    request.set_key(page.kvs(page.kvs_size() - 1).key() + '\0');
    must_put(store, "k" + std::to_string(1000 + seen), "new");
    must_put(store, "k" + std::to_string(5000 + seen), "new");
    must_remove(store, "k" + std::to_string(1000 + seen + 1));
  }
  EXPECT_EQ(seen, 100);
}

}  // namespace

std::vector<StorageCase> range_cases() {
  return {KUBUS_CASE(an_empty_store_has_no_keys),
          KUBUS_CASE(a_key_is_found_with_its_revisions),
          KUBUS_CASE(a_single_key_does_not_match_longer_ones),
          KUBUS_CASE(a_range_excludes_its_end),
          KUBUS_CASE(a_zero_byte_end_means_everything_from_the_key_on),
          KUBUS_CASE(an_end_before_the_key_is_an_empty_range),
          KUBUS_CASE(keys_come_in_the_order_of_their_bytes),
          KUBUS_CASE(a_limit_leaves_more_and_counts_all),
          KUBUS_CASE(a_limit_that_suffices_leaves_no_more),
          KUBUS_CASE(keys_only_leaves_out_values),
          KUBUS_CASE(count_only_leaves_out_keys),
          KUBUS_CASE(an_old_revision_shows_the_old_state),
          KUBUS_CASE(an_old_revision_shows_the_earlier_life_of_a_key),
          KUBUS_CASE(an_old_revision_has_limit_count_and_keys_only),
          KUBUS_CASE(a_future_revision_is_invalid),
          KUBUS_CASE(an_empty_key_is_invalid),
          KUBUS_CASE(values_of_any_bytes_and_size_are_kept),
          KUBUS_CASE(pages_at_one_revision_are_one_state)};
}

}  // namespace kubus::contract
