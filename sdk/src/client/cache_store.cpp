#include "cache_store.h"

#include <mutex>

namespace kubus {
namespace {

template <class Index>
void erase_from(Index& index, const std::string& value, const std::string& key) {
  auto it = index.find(value);
  if (it == index.end()) return;
  it->second.erase(&key);
  if (it->second.empty()) index.erase(it);
}

}  // namespace

ObjectPtr CacheStore::get(const std::string& key) const {
  std::shared_lock lock(mutex_);
  auto it = objects_.find(key);
  return it == objects_.end() ? nullptr : it->second;
}

std::vector<ObjectPtr> CacheStore::under(const Index& index, std::string_view value) const {
  std::shared_lock lock(mutex_);
  std::vector<ObjectPtr> out;
  if (auto it = index.find(std::string(value)); it != index.end()) {
    out.reserve(it->second.size());
    for (const auto* key : it->second) out.push_back(objects_.at(*key));
  }
  return out;
}

std::vector<ObjectPtr> CacheStore::list(std::string_view ns) const {
  return ns.empty() ? all() : under(by_namespace_, ns);
}

std::vector<ObjectPtr> CacheStore::controlled_by(std::string_view uid) const {
  return under(by_controller_, uid);
}

std::vector<ObjectPtr> CacheStore::all() const {
  std::shared_lock lock(mutex_);
  std::vector<ObjectPtr> out;
  out.reserve(objects_.size());
  for (const auto& [key, object] : objects_) out.push_back(object);
  return out;
}

std::size_t CacheStore::size() const {
  std::shared_lock lock(mutex_);
  return objects_.size();
}

CacheStore::Change CacheStore::put(ObjectPtr object) {
  const std::string key = key_of(*object).str();
  std::unique_lock lock(mutex_);
  if (replacing_) seen_.insert(key);
  auto& [own_key, slot] = *objects_.try_emplace(key).first;
  if (slot && resource_version_of(*slot) == resource_version_of(*object) &&
      uid_of(*slot) == uid_of(*object))
    return {};
  if (slot) unindex(own_key, *slot);
  index(own_key, *object);
  Change change{std::move(slot), object};
  slot = std::move(object);
  return change;
}

CacheStore::Change CacheStore::erase(const std::string& key) {
  std::unique_lock lock(mutex_);
  auto it = objects_.find(key);
  if (it == objects_.end()) return {};
  Change change{std::move(it->second), nullptr};
  unindex(it->first, *change.old);
  objects_.erase(it);
  return change;
}

void CacheStore::begin_replace() {
  std::unique_lock lock(mutex_);
  replacing_ = true;
  seen_.clear();
}

std::vector<CacheStore::Change> CacheStore::finish_replace() {
  std::vector<std::string> gone;
  {
    std::unique_lock lock(mutex_);
    if (!replacing_) return {};
    replacing_ = false;
    for (const auto& [key, object] : objects_)
      if (!seen_.contains(key)) gone.push_back(key);
    seen_.clear();
  }
  std::vector<Change> changes;
  for (const auto& key : gone) changes.push_back(erase(key));
  return changes;
}

void CacheStore::index(const std::string& key, const Message& object) {
  by_namespace_[key_of(object).ns].insert(&key);
  by_controller_[controller_of(object).uid].insert(&key);
}

void CacheStore::unindex(const std::string& key, const Message& object) {
  erase_from(by_namespace_, key_of(object).ns, key);
  erase_from(by_controller_, controller_of(object).uid, key);
}

}  // namespace kubus
