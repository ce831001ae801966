// The engine as the contract suite wants it, without a bus.
#pragma once

#include <memory>

#include "engine.h"
#include "storage_suite.h"

namespace kubus::storage_sqlite {

// Does not own the engine.
class EngineStore : public contract::Store {
 public:
  explicit EngineStore(Engine& engine) : engine_(engine) {}

  Result<storage::RangeResponse> range(const storage::RangeRequest& request) override {
    return engine_.range(request);
  }
  Result<storage::TxnResponse> txn(const storage::TxnRequest& request) override;
  Result<std::unique_ptr<contract::WatchStream>> watch(
      const storage::WatchRequest& request) override;
  Result<std::int64_t> compact(std::int64_t revision) override;
  Result<storage::StatusResponse> status() override { return engine_.status(); }
  Result<std::string> snapshot() override;

 private:
  Engine& engine_;
};

}  // namespace kubus::storage_sqlite
