// Tracked: a map that remembers what changed since it was last asked.
//
// Thread safety: none; the owner serialises.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace kubus::proxy_nftables {

template <class Key, class Value>
class Tracked {
 public:
  struct Change {
    Key key;
    std::optional<Value> before;
    std::optional<Value> after;
  };

  void put(const Key& key, Value value) {
    const auto [at, fresh] = now_.try_emplace(key);
    if (!fresh && at->second == value) return;
    before_.try_emplace(key, fresh ? std::nullopt : std::optional<Value>(std::move(at->second)));
    at->second = std::move(value);
  }
  void erase(const Key& key) {
    const auto at = now_.find(key);
    if (at == now_.end()) return;
    before_.try_emplace(key, std::move(at->second));
    now_.erase(at);
  }
  bool contains(const Key& key) const { return now_.contains(key); }
  const std::map<Key, Value>& now() const { return now_; }

  // What differs between now and the last call, in the order of the keys.
  std::vector<Change> take_changes() {
    std::vector<Change> out;
    for (auto& [key, before] : std::exchange(before_, {})) {
      const auto at = now_.find(key);
      std::optional<Value> after;
      if (at != now_.end()) after = at->second;
      if (before != after) out.push_back({key, std::move(before), std::move(after)});
    }
    return out;
  }

 private:
  std::map<Key, Value> now_;
  std::map<Key, std::optional<Value>> before_;
};

}  // namespace kubus::proxy_nftables
