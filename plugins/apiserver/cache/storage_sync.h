// Keeps a ClusterCache filled from the storage contract: reads everything once, then follows.
//
// Thread safety: start and stop on the loop, where everything runs.
#pragma once

#include <memory>
#include <optional>

#include "cache/cluster_cache.h"
#include "encryption/value_codec.h"
#include "kubus/context.h"
#include "kubus/storage.pb.h"

namespace kubus::apiserver {

class StorageSync {
 public:
  // `filled` is called once, when the cache first has everything. A value that `codec`, which
  // outlives this, cannot open fails the plugin.
  StorageSync(Context& context, ClusterCache& cache, const ValueCodec& codec, Task filled);
  void start();
  void stop();
  // True while changes arrive.
  bool following() const { return following_.load(); }

 private:
  void begin();
  void read_page(std::string from, std::int64_t revision);
  void on_page(storage::RangeResponse page, std::int64_t revision);
  // What `kv` holds, opened into `opened`. False: it cannot be.
  bool open(const storage::KeyValue& kv, ValueCodec::Opened& opened, StoredValue& value);
  void follow();
  void on_changes(const storage::WatchResponse& response);
  void again(const Status& why);

  Context& context_;
  ClusterCache& cache_;
  const ValueCodec& codec_;
  Task filled_;
  bool stopped_ = false;
  bool busy_ = false;
  std::atomic<bool> following_{false};
  int failures_ = 0;
  std::optional<ClusterCache::Filling> filling_;
  // What has been seen of the stream; 0: everything is to be read anew.
  std::int64_t position_ = 0;
  Registration service_;
  Registration call_;
  Registration retry_;
  std::unique_ptr<bus::StreamReader> reader_;
};

}  // namespace kubus::apiserver
