// Any engine behind the bus as the contract suite wants it.
#pragma once

#include <memory>

#include "kubus/storage.h"
#include "storage_suite.h"

namespace kubus::storage_sqlite {

// `bus` must outlive it; used from threads that are not its loop.
class BusStore : public contract::Store {
 public:
  explicit BusStore(bus::Client& bus) : client_(bus) {}

  Result<storage::RangeResponse> range(const storage::RangeRequest& request) override {
    return client_.range_wait(request);
  }
  Result<storage::TxnResponse> txn(const storage::TxnRequest& request) override {
    return client_.txn_wait(request);
  }
  Result<std::unique_ptr<contract::WatchStream>> watch(
      const storage::WatchRequest& request) override;
  Result<std::int64_t> compact(std::int64_t revision) override;
  Result<storage::StatusResponse> status() override { return client_.status_wait(); }
  Result<std::string> snapshot() override;

 private:
  storage::Client client_;
};

}  // namespace kubus::storage_sqlite
