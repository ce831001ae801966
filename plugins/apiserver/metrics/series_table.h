// SeriesTable: series of one family that are found once for each combination of labels. Looking one
// up in the registry takes its lock and builds the labels.
//
// Thread safety: find() from any thread.
#pragma once

#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>

namespace kubus::apiserver {

template <class Value>
class SeriesTable {
 public:
  // `make` is called when there is none under the key.
  template <class Make>
  Value find(const std::string& key, Make make) {
    {
      std::shared_lock lock(mutex_);
      if (const auto found = series_.find(key); found != series_.end()) return found->second;
    }
    std::unique_lock lock(mutex_);
    if (const auto found = series_.find(key); found != series_.end()) return found->second;
    return series_.try_emplace(key, make()).first->second;
  }

 private:
  std::shared_mutex mutex_;
  std::map<std::string, Value> series_;
};

}  // namespace kubus::apiserver
