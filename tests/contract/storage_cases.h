// Inside the storage suite: its cases, by family, and short spellings of requests.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "storage_suite.h"

namespace kubus::contract {

struct StorageCase {
  std::string name;
  std::function<void(Store&)> run;
};

// A row of a table of cases: a function and its name.
#define KUBUS_CASE(name) \
  StorageCase { #name, name }

std::vector<StorageCase> range_cases();
std::vector<StorageCase> txn_cases();
std::vector<StorageCase> compare_cases();
std::vector<StorageCase> watch_cases();
std::vector<StorageCase> compact_cases();
std::vector<StorageCase> concurrency_cases();

inline constexpr std::string_view kFromKeyOn("\0", 1);

// Builders. A txn is built up: Txn().when_mod("a", 0).put("a", "1").
class Txn {
 public:
  Txn& when(std::string_view key, storage::Compare::Target target,
            storage::Compare::Result relation, std::int64_t number);
  Txn& when_value(std::string_view key, storage::Compare::Result relation, std::string_view value);
  Txn& when_mod(std::string_view key, std::int64_t revision);
  Txn& put(std::string_view key, std::string_view value);
  Txn& remove(std::string_view key, std::string_view range_end = {}, bool previous = false);
  Txn& read(std::string_view key, std::string_view range_end = {});
  // What follows belongs to the failure branch.
  Txn& otherwise();

  const storage::TxnRequest& request() const { return request_; }

 private:
  storage::Operation* add();
  storage::TxnRequest request_;
  bool failure_ = false;
};

storage::RangeRequest range_of(std::string_view key, std::string_view range_end = {});
storage::WatchRequest watch_of(std::string_view key, std::string_view range_end,
                               std::int64_t start = 0, bool previous = false);

// Done, or the test fails here: each returns the revision of the transaction.
std::int64_t must_put(Store& store, std::string_view key, std::string_view value);
std::int64_t must_remove(Store& store, std::string_view key, std::string_view range_end = {});
storage::RangeResponse must_range(Store& store, const storage::RangeRequest& request);
std::unique_ptr<WatchStream> must_watch(Store& store, const storage::WatchRequest& request);
// The next message that has events.
storage::WatchResponse must_event(WatchStream& stream);
// "a=1 b=2".
std::string text_of(const storage::RangeResponse& response);
// "put a=1", "delete a", with " was 0" when a previous value is there.
std::string text_of(const storage::WatchEvent& event);

}  // namespace kubus::contract
