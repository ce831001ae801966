// What others said, by what they were asked: a bounded map that forgets what is too old, and what
// was used longest ago. Questions are kept as their SHA-256 alone, so that no secret in them can be
// found here.
//
// Thread safety: all members from any thread.
#pragma once

#include <openssl/sha.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <list>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace kubus::apiserver {

template <class Value>
class DigestCache {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

  explicit DigestCache(std::size_t capacity) : capacity_(capacity) {}

  static Digest digest_of(std::string_view question) {
    Digest digest;
    SHA256(reinterpret_cast<const unsigned char*>(question.data()), question.size(), digest.data());
    return digest;
  }

  std::optional<Value> find(const Digest& digest, Time now) {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(digest);
    if (found == known_.end() || found->second.until <= now) return std::nullopt;
    used_.splice(used_.begin(), used_, found->second.at);
    return found->second.value;
  }

  // Kept until then; what was kept before is replaced.
  void put(const Digest& digest, Value value, Time until) {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(digest);
    if (found != known_.end()) {
      found->second.value = std::move(value);
      found->second.until = until;
      used_.splice(used_.begin(), used_, found->second.at);
      return;
    }
    used_.push_front(digest);
    known_.emplace(digest, Known{std::move(value), until, used_.begin()});
    if (known_.size() <= capacity_) return;
    known_.erase(used_.back());
    used_.pop_back();
  }

 private:
  struct Hash {
    std::size_t operator()(const Digest& digest) const {
      std::size_t hash = 0;
      std::memcpy(&hash, digest.data(), sizeof(hash));
      return hash;
    }
  };
  struct Known {
    Value value;
    Time until;
    typename std::list<Digest>::iterator at;
  };

  const std::size_t capacity_;
  std::mutex mutex_;
  std::unordered_map<Digest, Known, Hash> known_;
  std::list<Digest> used_;  // the last one first
};

}  // namespace kubus::apiserver
