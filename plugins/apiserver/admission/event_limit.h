// How many events somebody may write: a bucket of tokens for each of many keys.
//
// Thread safety: a Limit is a value; EventBuckets from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

#include "kubus/status.h"

namespace kubus::apiserver {

struct EventLimit {
  enum class Type : std::uint8_t { kServer, kNamespace, kUser, kSourceAndObject };
  Type type = Type::kServer;
  int per_second = 0;
  int burst = 0;
  std::size_t keys = 4096;  // that are remembered

  // "Namespace:50:100" or "Namespace:50:100:1024": the type, events per second, at most at once,
  // and keys. kBadRequest says what is wrong.
  static Result<EventLimit> parse(std::string_view text);
  std::string_view type_name() const;
};

class EventBuckets {
 public:
  using Time = std::chrono::steady_clock::time_point;
  explicit EventBuckets(const EventLimit& limit) : limit_(limit) {}

  // Takes a token of `key`; false: there is none left. Keys that were not asked about for the
  // longest time are forgotten first, and begin with a full bucket again.
  bool take(const std::string& key, Time now);

 private:
  struct Bucket {
    std::string key;
    double tokens;
    Time at;
  };
  const EventLimit limit_;
  std::mutex mutex_;
  std::list<Bucket> buckets_;  // the newest first
  std::unordered_map<std::string, std::list<Bucket>::iterator> by_key_;
};

}  // namespace kubus::apiserver
