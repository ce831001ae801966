// The contract suite of `storage`: what every engine must do, whoever wrote it.
//
//   static const bool registered = kubus::contract::register_storage_suite(
//       "sqlite", [] { return std::make_unique<MyStore>(...); });
//
// Thread safety: a Store is used from several threads at once by some cases; a WatchStream by one.
//
// Every case gets an empty store of its own from the factory and runs as the GoogleTest case
// "Storage_<engine>.<behaviour>". Link kubus_storage_suite with a test program.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "kubus/status.h"
#include "kubus/storage.pb.h"

namespace kubus::contract {

class WatchStream {
 public:
  virtual ~WatchStream() = default;
  // Waits for the next message; the Status with which the stream ended; kTimeout after 20 s.
  virtual Result<storage::WatchResponse> next() = 0;
};

class Store {
 public:
  virtual ~Store() = default;
  virtual Result<storage::RangeResponse> range(const storage::RangeRequest& request) = 0;
  virtual Result<storage::TxnResponse> txn(const storage::TxnRequest& request) = 0;
  // A refusal may come from here or from the first next().
  virtual Result<std::unique_ptr<WatchStream>> watch(const storage::WatchRequest& request) = 0;
  virtual Result<std::int64_t> compact(std::int64_t revision) = 0;
  virtual Result<storage::StatusResponse> status() = 0;
  // All pieces of a snapshot together.
  virtual Result<std::string> snapshot() = 0;
};

using StoreFactory = std::function<std::unique_ptr<Store>()>;

// Returns true, so that it can initialise a static.
bool register_storage_suite(const std::string& engine, const StoreFactory& factory);

}  // namespace kubus::contract
