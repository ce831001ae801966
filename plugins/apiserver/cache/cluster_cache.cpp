#include "cache/cluster_cache.h"

#include "cache/storage_key.h"

namespace kubus::apiserver {
namespace {

bool is_stored(const ResourceInfo& resource) {
  return resource.list != nullptr && resource.has_verb("get") && resource.group != "metrics.k8s.io";
}

std::string place_of(std::string_view group, std::string_view plural) {
  std::string place(group.empty() ? "core" : group);
  return place.append("/").append(plural);
}

}  // namespace

ClusterCache::ClusterCache(std::size_t history) {
  for (const auto* resource : newest_resources())
    if (is_stored(*resource))
      caches_[place_of(resource->group, resource->plural)] =
          std::make_unique<ResourceCache>(*resource, history);
}

ResourceCache* ClusterCache::place(std::string_view place) {
  const auto found = caches_.find(place);
  return found == caches_.end() ? nullptr : found->second.get();
}

ResourceCache* ClusterCache::find(std::string_view group, std::string_view plural) {
  return place(place_of(group, plural));
}

ResourceCache* ClusterCache::find(const ResourceInfo& resource) {
  auto* cache = find(resource.group, resource.plural);
  return cache && &cache->resource() == &resource ? cache : nullptr;
}

std::vector<ResourceCache*> ClusterCache::all() {
  std::vector<ResourceCache*> caches;
  for (auto& [place, cache] : caches_) caches.push_back(cache.get());
  return caches;
}

void ClusterCache::when(std::int64_t revision, Task task) {
  {
    std::lock_guard lock(waiting_mutex_);
    if (this->revision() < revision) {
      waiting_.emplace(revision, std::move(task));
      return;
    }
  }
  task();
}

void ClusterCache::advance(std::int64_t revision) {
  std::vector<Task> due;
  {
    std::lock_guard lock(waiting_mutex_);
    if (revision <= this->revision()) return;
    revision_.store(revision, std::memory_order_release);
    const auto end = waiting_.upper_bound(revision);
    for (auto at = waiting_.begin(); at != end; ++at) due.push_back(std::move(at->second));
    waiting_.erase(waiting_.begin(), end);
  }
  for (auto& task : due) task();
}

void ClusterCache::Filling::add(const StoredValue& value) {
  const auto split = split_storage_key(value.key);
  auto* cache = cache_.place(split.place);
  if (!cache) return;
  if (auto object = Object::make(cache->resource(), value.value, value.revision, value.stale); object.ok())
    objects_[cache].emplace(std::string(split.key), std::move(*object));
}

void ClusterCache::reset(Filling filling, std::int64_t revision) {
  for (auto& [place, cache] : caches_)
    cache->reset(std::move(filling.objects_[cache.get()]), revision);
  advance(revision);
}

void ClusterCache::apply(const std::vector<StoredValue>& values, std::int64_t revision) {
  ResourceCache* current = nullptr;
  std::vector<Change> changes;
  const auto flush = [&] {
    if (current && !changes.empty()) current->apply(std::move(changes));
    changes.clear();
  };
  for (const auto& value : values) {
    const auto split = split_storage_key(value.key);
    auto* cache = place(split.place);
    if (!cache) continue;
    if (cache != current) {
      flush();
      current = cache;
    }
    Change change{std::string(split.key), nullptr, value.revision};
    if (!value.value.empty()) {
      auto object = Object::make(cache->resource(), value.value, value.revision, value.stale);
      if (!object.ok()) continue;
      change.object = std::move(*object);
    }
    changes.push_back(std::move(change));
  }
  flush();
  advance(revision);
}

void ClusterCache::bookmark() {
  for (auto& [place, cache] : caches_) cache->bookmark(revision());
}

void ClusterCache::end_watches(const Status& why) {
  for (auto& [place, cache] : caches_) cache->end_watches(why);
}

}  // namespace kubus::apiserver
