#include "cache/cluster_cache.h"

#include "cache/storage_key.h"
#include "versions/version.h"

namespace kubus::apiserver {
namespace {

bool is_stored(const ResourceInfo& resource) {
  return resource.list != nullptr && resource.has_verb("watch") &&
         resource.group != "metrics.k8s.io" && !version_of(resource);
}

std::string place_of(std::string_view group, std::string_view plural) {
  std::string place(group.empty() ? "core" : group);
  return place.append("/").append(plural);
}

}  // namespace

ClusterCache::ClusterCache(std::size_t history) : history_(history) {
  for (const auto* resource : newest_resources()) {
    if (!is_stored(*resource)) continue;
    // It lives as long as the process.
    std::shared_ptr<const ResourceInfo> forever(std::shared_ptr<void>(), resource);
    caches_[place_of(resource->group, resource->plural)] = {
        std::make_shared<ResourceCache>(std::move(forever), history)};
  }
}

ClusterCache::Place ClusterCache::place(std::string_view place) const {
  std::shared_lock lock(caches_mutex_);
  const auto found = caches_.find(place);
  return found == caches_.end() ? Place() : found->second;
}

ResourceCache* ClusterCache::find(std::string_view group, std::string_view plural) {
  const auto caches = place(place_of(group, plural));
  return caches.empty() ? nullptr : caches.front().get();
}

ResourceCache* ClusterCache::find(const ResourceInfo& resource) {
  for (const auto& cache : place(place_of(resource.group, resource.plural)))
    if (&cache->resource() == &resource) return cache.get();
  return nullptr;
}

std::vector<std::shared_ptr<ResourceCache>> ClusterCache::all() const {
  std::shared_lock lock(caches_mutex_);
  std::vector<std::shared_ptr<ResourceCache>> all;
  for (const auto& [place, caches] : caches_) all.insert(all.end(), caches.begin(), caches.end());
  return all;
}

std::shared_ptr<ResourceCache> ClusterCache::add(std::shared_ptr<const ResourceInfo> resource,
                                                 const ResourceCache* from) {
  const auto name = place_of(resource->group, resource->plural);
  auto cache = std::make_shared<ResourceCache>(std::move(resource), history_);
  std::map<std::string, ObjectPtr, std::less<>> objects;
  const auto put = [&](std::string key, std::string_view stored, std::int64_t revision,
                       bool stale) {
    if (auto object = Object::make(cache->resource(), stored, revision, stale); object.ok())
      objects.emplace(std::move(key), std::move(*object));
  };
  if (from) {
    from->for_each([&](const ObjectPtr& object) {
      put(object_key(cache->resource(), object->ns(), object->name()), object->stored(),
          object->revision(), object->stale());
    });
  } else if (const auto found = unclaimed_.find(name); found != unclaimed_.end()) {
    for (const auto& stray : found->second)
      put(stray.key, stray.value, stray.revision, stray.stale);
  }
  cache->reset(std::move(objects), settling_);
  std::unique_lock lock(caches_mutex_);
  caches_[name].push_back(cache);
  return cache;
}

void ClusterCache::remove(const ResourceCache& cache) {
  const auto name = place_of(cache.resource().group, cache.resource().plural);
  std::unique_lock lock(caches_mutex_);
  const auto found = caches_.find(name);
  if (found == caches_.end()) return;
  std::erase_if(found->second, [&](const auto& one) { return one.get() == &cache; });
  if (found->second.empty()) caches_.erase(found);
}

void ClusterCache::settle(std::int64_t revision) {
  settling_ = revision;
  if (settle_) settle_();
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
  const auto caches = cache_.place(split.place);
  for (const auto& cache : caches)
    if (auto object = Object::make(cache->resource(), value.value, value.revision, value.stale);
        object.ok())
      objects_[cache.get()].emplace(std::string(split.key), std::move(*object));
  if (caches.empty())
    unclaimed_[std::string(split.place)].push_back(
        {std::string(split.key), std::string(value.value), value.revision, value.stale});
}

void ClusterCache::reset(Filling filling, std::int64_t revision) {
  for (const auto& cache : all()) cache->reset(std::move(filling.objects_[cache.get()]), revision);
  unclaimed_ = std::move(filling.unclaimed_);
  settle(revision);
  unclaimed_.clear();
  advance(revision);
}

void ClusterCache::apply(const std::vector<StoredValue>& values, std::int64_t revision) {
  Place current;
  std::string_view current_place;
  std::vector<std::vector<Change>> changes;
  const auto flush = [&] {
    for (std::size_t i = 0; i < current.size(); ++i)
      if (!changes[i].empty()) current[i]->apply(std::move(changes[i]));
  };
  for (const auto& value : values) {
    const auto split = split_storage_key(value.key);
    if (split.place != current_place || current.empty()) {
      flush();
      current = place(split.place);
      current_place = split.place;
      changes.assign(current.size(), {});
    }
    for (std::size_t i = 0; i < current.size(); ++i) {
      Change change{std::string(split.key), nullptr, value.revision};
      if (!value.value.empty()) {
        auto object =
            Object::make(current[i]->resource(), value.value, value.revision, value.stale);
        if (!object.ok()) continue;
        change.object = std::move(*object);
      }
      changes[i].push_back(std::move(change));
    }
  }
  flush();
  settle(revision);
  advance(revision);
}

void ClusterCache::bookmark() {
  for (const auto& cache : all()) cache->bookmark(revision());
}

void ClusterCache::end_watches(const Status& why) {
  for (const auto& cache : all()) cache->end_watches(why);
}

}  // namespace kubus::apiserver
