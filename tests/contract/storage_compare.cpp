// Every target of a compare with every relation, on a present and on an absent key.
#include "storage_cases.h"

namespace kubus::contract {
namespace {

using storage::Compare;

// The present key was created at base+1, changed at base+2 and base+3, and has the value "m".
struct Row {
  const char* name;
  const char* key;
  Compare::Target target;
  Compare::Result relation;
  std::int64_t number;  // to it, base is added for a revision unless it is negative
  const char* value;
  bool holds;
};

constexpr std::int64_t kZero = -1;  // the revision 0 itself

const Row kRows[] = {
    {"mod_equal", "here", Compare::MOD_REVISION, Compare::EQUAL, 3, "", true},
    {"mod_equal_not", "here", Compare::MOD_REVISION, Compare::EQUAL, 2, "", false},
    {"mod_greater", "here", Compare::MOD_REVISION, Compare::GREATER, 2, "", true},
    {"mod_greater_not", "here", Compare::MOD_REVISION, Compare::GREATER, 3, "", false},
    {"mod_less", "here", Compare::MOD_REVISION, Compare::LESS, 4, "", true},
    {"mod_less_not", "here", Compare::MOD_REVISION, Compare::LESS, 3, "", false},
    {"mod_not_equal", "here", Compare::MOD_REVISION, Compare::NOT_EQUAL, 2, "", true},
    {"mod_not_equal_not", "here", Compare::MOD_REVISION, Compare::NOT_EQUAL, 3, "", false},
    {"mod_absent_is_zero", "gone", Compare::MOD_REVISION, Compare::EQUAL, kZero, "", true},
    {"mod_absent_is_not_more", "gone", Compare::MOD_REVISION, Compare::GREATER, kZero, "", false},
    {"create_equal", "here", Compare::CREATE_REVISION, Compare::EQUAL, 1, "", true},
    {"create_greater_not", "here", Compare::CREATE_REVISION, Compare::GREATER, 1, "", false},
    {"create_less", "here", Compare::CREATE_REVISION, Compare::LESS, 2, "", true},
    {"create_absent_is_zero", "gone", Compare::CREATE_REVISION, Compare::EQUAL, kZero, "", true},
    {"version_equal", "here", Compare::VERSION, Compare::EQUAL, 3, "", true},
    {"version_greater", "here", Compare::VERSION, Compare::GREATER, 2, "", true},
    {"version_less_not", "here", Compare::VERSION, Compare::LESS, 3, "", false},
    {"version_absent_is_zero", "gone", Compare::VERSION, Compare::EQUAL, 0, "", true},
    {"value_equal", "here", Compare::VALUE, Compare::EQUAL, 0, "m", true},
    {"value_equal_not", "here", Compare::VALUE, Compare::EQUAL, 0, "n", false},
    {"value_greater", "here", Compare::VALUE, Compare::GREATER, 0, "l", true},
    {"value_less", "here", Compare::VALUE, Compare::LESS, 0, "n", true},
    {"value_not_equal", "here", Compare::VALUE, Compare::NOT_EQUAL, 0, "x", true},
    {"value_absent_never_holds", "gone", Compare::VALUE, Compare::NOT_EQUAL, 0, "x", false},
};

void check(Store& store, const Row& row) {
  must_put(store, "gone", "m");
  const auto base = must_remove(store, "gone");
  for (const char* value : {"k", "l", "m"}) must_put(store, "here", value);
  Txn txn;
  const bool revision =
      row.target == Compare::MOD_REVISION || row.target == Compare::CREATE_REVISION;
  const auto number = row.number == kZero ? 0 : row.number + (revision ? base : 0);
  if (row.target == Compare::VALUE)
    txn.when_value(row.key, row.relation, row.value);
  else
    txn.when(row.key, row.target, row.relation, number);
  auto done = store.txn(txn.request());
  ASSERT_TRUE(done.ok()) << done.status().to_string();
  EXPECT_EQ(done->succeeded(), row.holds);
}

}  // namespace

std::vector<StorageCase> compare_cases() {
  std::vector<StorageCase> cases;
  for (const Row& row : kRows)
    cases.push_back({std::string("compare_") + row.name, [&row](Store& s) { check(s, row); }});
  return cases;
}

}  // namespace kubus::contract
