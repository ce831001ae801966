// StorageService: the engine as the bus sees it, the contract storage.v1.
//
// Thread safety: all members on the context's loop.
//
// Requests that arrive before the engine is open wait for it: during an upgrade this generation is
// already found by callers while the one before it still holds the file.
#pragma once

#include <memory>
#include <unordered_set>
#include <vector>

#include "engine.h"
#include "kubus/context.h"
#include "kubus/storage.h"

namespace kubus::storage_sqlite {

class WatchStream;

class StorageService {
 public:
  // `context` must outlive it.
  explicit StorageService(Context& context) : context_(context) {}
  ~StorageService();
  StorageService(const StorageService&) = delete;
  StorageService& operator=(const StorageService&) = delete;

  // Announces storage.v1.
  Status serve();
  // From now on requests are answered.
  void opened(std::unique_ptr<Engine> engine);
  // Null before opened().
  Engine* engine() { return engine_.get(); }
  // Answers what is inside, ends watches, lets go of the file.
  void finish();

 private:
  // Called with the engine, or with null when it closes before it was ever open.
  using Work = UniqueFunction<void(Engine*)>;
  // Does it now, or once the engine is open.
  void when_open(Work work);

  void add_calls(bus::Service& service);
  void add_streams(bus::Service& service);
  void range(Engine& engine, storage::RangeRequest request,
             rpc::Answer<storage::RangeResponse> answer);
  void watch(Engine& engine, const storage::WatchRequest& request,
             rpc::ItemWriter<storage::WatchResponse> writer);

  Context& context_;
  std::vector<Work> waiting_;
  bool finished_ = false;
  std::unique_ptr<Engine> engine_;
  std::unordered_set<std::shared_ptr<WatchStream>> watches_;
};

}  // namespace kubus::storage_sqlite
