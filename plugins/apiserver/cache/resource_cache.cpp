#include "cache/resource_cache.h"

#include <algorithm>
#include <mutex>

#include "respond/api_errors.h"

namespace kubus::apiserver {
namespace {

constexpr std::size_t kFewWatchers = 10;

// The keys a filter can match are those from `first` up to, not with, `last` (empty: the end).
struct KeyRange {
  std::string first, last;
};

KeyRange range_of(const Filter& filter, bool namespaced) {
  if (!namespaced) return {filter.name, filter.name.empty() ? "" : filter.name + '\0'};
  if (filter.ns.empty()) return {};
  if (filter.name.empty()) return {filter.ns + "/", filter.ns + "0"};  // '0' follows '/'
  return {filter.ns + "/" + filter.name, filter.ns + "/" + filter.name + '\0'};
}

}  // namespace

ResourceCache::ResourceCache(std::shared_ptr<const ResourceInfo> resource, std::size_t history)
    : resource_(std::move(resource)), history_limit_(history) {}

ObjectPtr ResourceCache::get(const std::string& key) const {
  std::shared_lock lock(mutex_);
  const auto found = objects_.find(key);
  return found == objects_.end() ? nullptr : found->second;
}

std::size_t ResourceCache::size() const {
  std::shared_lock lock(mutex_);
  return objects_.size();
}

ResourceCache::Extent ResourceCache::extent() const {
  std::shared_lock lock(mutex_);
  return {objects_.size(), bytes_};
}

std::size_t ResourceCache::watchers_of(std::string_view ns, std::string_view name) const {
  std::shared_lock lock(mutex_);
  // Mostly there are few, and then it makes no difference which.
  return watchers_.size() < kFewWatchers ? watchers_.size() : watch_count_.of(ns, name);
}

void ResourceCache::drop_expired() {
  std::erase_if(watchers_, [this](const auto& entry) {
    const bool gone = entry.watcher.expired();
    if (gone) watch_count_.remove(entry.filter);
    return gone;
  });
}

std::int64_t ResourceCache::revision() const {
  std::shared_lock lock(mutex_);
  return revision_;
}

bool ResourceCache::exceeds(const Extent& most, std::string_view ns, std::size_t limit) const {
  const std::string first = ns.empty() ? "" : std::string(ns) + "/";
  Extent seen;
  std::shared_lock lock(mutex_);
  for (auto at = objects_.lower_bound(first); at != objects_.end(); ++at) {
    if (!at->first.starts_with(first) || (limit > 0 && seen.objects == limit)) return false;
    seen.bytes += at->second->json().size();
    if (++seen.objects > most.objects || seen.bytes > most.bytes) return true;
  }
  return false;
}

void ResourceCache::for_each(const std::function<void(const ObjectPtr&)>& visit) const {
  std::shared_lock lock(mutex_);
  for (const auto& [key, object] : objects_) visit(object);
}

void ResourceCache::for_each(std::string_view ns,
                             const std::function<void(const ObjectPtr&)>& visit) const {
  const std::string first = std::string(ns) + "/";
  std::shared_lock lock(mutex_);
  for (auto at = objects_.lower_bound(first);
       at != objects_.end() && at->first.compare(0, first.size(), first) == 0; ++at)
    visit(at->second);
}

Result<ListResult> ResourceCache::list(const ListQuery& query, std::int64_t global_revision) const {
  ListResult result;
  std::shared_lock lock(mutex_);
  // A state that nothing has changed since is the present one.
  if (query.exact == 0 || query.exact >= revision_) {
    result.revision = query.exact ? query.exact : std::max(global_revision, revision_);
    collect(objects_, query, result);
    return result;
  }
  auto past = state_at(query.exact);
  if (!past.ok()) return past.status();
  lock.unlock();
  result.revision = query.exact;
  collect(*past, query, result);
  return result;
}

void ResourceCache::collect(const Objects& objects, const ListQuery& query,
                            ListResult& result) const {
  const auto range = range_of(query.filter, resource_->namespaced);
  auto at = objects.lower_bound(std::max(range.first, query.start));
  const auto end = range.last.empty() ? objects.end() : objects.lower_bound(range.last);
  const bool exact_count = query.filter.labels.empty() && query.filter.fields.empty();
  for (; at != end; ++at) {
    if (!query.filter.matches(*at->second)) continue;
    if (query.limit > 0 && result.items.size() == query.limit) {
      result.next = at->first;
      if (exact_count) result.remaining = std::distance(at, end);
      return;
    }
    result.items.push_back(at->second);
  }
}

Result<ResourceCache::Objects> ResourceCache::state_at(std::int64_t revision) const {
  if (revision < history_start_)
    return errors::expired("The resourceVersion for the provided list is too old.");
  Objects past = objects_;
  for (auto event = history_.rbegin(); event != history_.rend(); ++event) {
    if ((*event)->revision <= revision) break;
    const auto& object = *(*event)->object;
    const auto key = resource_->namespaced
                         ? std::string(object.ns()) + "/" + std::string(object.name())
                         : std::string(object.name());
    if ((*event)->previous)
      past[key] = (*event)->previous;
    else
      past.erase(key);
  }
  return past;
}

Status ResourceCache::watch(const std::shared_ptr<Watcher>& watcher, Filter filter,
                            const WatchStart& start, std::int64_t global_revision) {
  std::unique_lock lock(mutex_);
  if (start.from == WatchStart::From::kRevision)
    KUBUS_TRY(replay(*watcher, filter, start.revision));
  if (start.from == WatchStart::From::kState) {
    ListQuery query;
    query.filter = filter;
    ListResult result;
    collect(objects_, query, result);
    for (const auto& object : result.items) watcher->on_event(EventType::kAdded, object);
    if (start.initial_bookmark) watcher->on_bookmark(std::max(global_revision, revision_), true);
  }
  drop_expired();
  watch_count_.add(filter);
  const auto after = start.from == WatchStart::From::kRevision ? start.revision : 0;
  watchers_.push_back({watcher, std::move(filter), start.bookmarks, after});
  return {};
}

Status ResourceCache::replay(Watcher& watcher, const Filter& filter, std::int64_t after) const {
  if (after < history_start_)
    return errors::expired("too old resource version: " + std::to_string(after) + " (" +
                           std::to_string(history_start_) + ")");
  const auto first =
      std::partition_point(history_.begin(), history_.end(),
                           [&](const EventPtr& event) { return event->revision <= after; });
  for (auto event = first; event != history_.end(); ++event) watcher.on_change(**event, filter);
  return {};
}

void ResourceCache::apply(std::vector<Change> changes) {
  std::unique_lock lock(mutex_);
  for (auto& change : changes) apply_one(std::move(change));
}

void ResourceCache::apply_one(Change change) {
  // A watch that was opened again may repeat what is known.
  if (change.revision <= revision_ && change.object) {
    const auto known = objects_.find(change.key);
    if (known != objects_.end() && known->second->revision() >= change.revision) return;
  }
  auto event = std::make_shared<Event>();
  event->revision = change.revision;
  const auto found = objects_.find(change.key);
  if (found != objects_.end()) event->previous = found->second;
  if (event->previous) bytes_ -= event->previous->json().size();
  if (change.object) bytes_ += change.object->json().size();
  if (change.object) {
    event->type = event->previous ? EventType::kModified : EventType::kAdded;
    event->object = change.object;
    objects_.insert_or_assign(std::move(change.key), std::move(change.object));
  } else {
    if (!event->previous) return;
    event->type = EventType::kDeleted;
    event->object = event->previous->with_revision(change.revision);
    objects_.erase(found);
  }
  revision_ = std::max(revision_, event->revision);
  deliver(*event);
  remember(std::move(event));
}

void ResourceCache::remember(EventPtr event) {
  history_.push_back(std::move(event));
  while (history_.size() > history_limit_) {
    history_start_ = history_.front()->revision;
    history_.pop_front();
  }
}

void ResourceCache::deliver(const Event& event) {
  bool gone = false;
  for (const auto& entry : watchers_) {
    if (event.revision <= entry.after) continue;
    if (auto watcher = entry.watcher.lock())
      watcher->on_change(event, entry.filter);
    else
      gone = true;
  }
  if (gone) drop_expired();
}

void ResourceCache::reset(Objects objects, std::int64_t revision) {
  std::unique_lock lock(mutex_);
  const bool first = revision_ == 0 && objects_.empty();
  if (first) {
    objects_ = std::move(objects);
    for (const auto& [key, object] : objects_) bytes_ += object->json().size();
  } else {
    std::vector<Change> changes;
    for (const auto& [key, object] : objects_)
      if (!objects.contains(key)) changes.push_back({key, nullptr, revision});
    for (auto& [key, object] : objects) {
      const auto known = objects_.find(key);
      if (known == objects_.end() || known->second->revision() != object->revision())
        changes.push_back({key, object, object->revision()});
    }
    std::sort(changes.begin(), changes.end(),
              [](const auto& a, const auto& b) { return a.revision < b.revision; });
    for (auto& change : changes) apply_one(std::move(change));
  }
  // What lies between the old state and this one is not in the history.
  history_.clear();
  history_start_ = revision;
  revision_ = revision;
}

void ResourceCache::bookmark(std::int64_t revision) {
  std::unique_lock lock(mutex_);
  for (const auto& entry : watchers_)
    if (entry.bookmarks && revision >= entry.after)
      if (auto watcher = entry.watcher.lock()) watcher->on_bookmark(revision, false);
}

void ResourceCache::end_watches(const Status& why) {
  std::unique_lock lock(mutex_);
  for (const auto& entry : watchers_)
    if (auto watcher = entry.watcher.lock()) watcher->on_end(why);
  watchers_.clear();
  watch_count_ = {};
}

}  // namespace kubus::apiserver
