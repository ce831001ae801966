#include "counter.h"

#include <k8s/core/v1/pod.pb.h>

#include "kubus/api/json.h"
#include "kubus/api/time.h"

namespace kubus::resourcequota {
namespace {

SystemTime now() { return std::chrono::system_clock::now(); }

const ResourceInfo& pods() {
  static const ResourceInfo& resource = resource_of<core_v1::Pod>();
  return resource;
}

}  // namespace

Counter::Counter(Context& context, std::function<void(const ObjectKey&)> changed)
    : context_(context),
      changed_(std::move(changed)),
      ends_(context, "resourcequota-ends", 1, [this](const std::string& key) {
        ObjectPtr pod;
        {
          std::lock_guard lock(mutex_);
          pod = kind_of(pods()).cache->get(ObjectKey::parse(key));
        }
        if (pod) enter(pods(), key_of(*pod), pod.get());
        return Outcome::done();
      }) {}

Counter::Kind& Counter::kind_of(const ResourceInfo& resource) {
  auto& kind = kinds_[&resource];
  if (kind.cache) return kind;
  kind.cache = ObjectCache::of(context_, resource.message, {});
  kind.registration = kind.cache->subscribe(
      context_,
      [this, &resource](const ObjectPtr& old, const ObjectPtr& now) {
        on_change(resource, old, now);
      },
      [this, &resource] { on_synced(resource); });
  return kind;
}

// Books that were opened while objects still came in lack those that had come before.
void Counter::on_synced(const ResourceInfo& resource) {
  std::vector<ObjectKey> keys;
  {
    std::lock_guard lock(mutex_);
    for (auto& [key, book] : books_) {
      if (!book.account.resources().contains(&resource)) continue;
      enter_all(book, resource, key.ns);
      keys.push_back(key);
    }
  }
  for (const auto& key : keys) changed_(key);
}

void Counter::on_change(const ResourceInfo& resource, const ObjectPtr& old, const ObjectPtr& now) {
  const auto& any = now ? *now : *old;
  enter(resource, key_of(any), now.get());
  {
    std::lock_guard lock(mutex_);
    auto& seen = kinds_[&resource].seen;
    seen = std::max(seen, resource_version_of(any));
  }
  if (now && &resource == &pods()) recheck_later(*now);
}

void Counter::recheck_later(const Message& object) {
  const auto& pod = static_cast<const core_v1::Pod&>(object);
  if (!is_deleting(pod) || !counts_in_quota(pod, now())) return;
  const auto end = to_time(pod.metadata().deletiontimestamp()) +
                   std::chrono::seconds(pod.metadata().deletiongraceperiodseconds());
  ends_.add_after(key_of(pod).str(), end - now() + std::chrono::milliseconds(1));
}

void Counter::enter(const ResourceInfo& resource, const ObjectKey& key, const Message* object) {
  std::vector<ObjectKey> changed;
  {
    std::lock_guard lock(mutex_);
    for (auto at = books_.lower_bound({key.ns, ""}); at != books_.end() && at->first.ns == key.ns;
         ++at)
      if (at->second.account.set(resource, key.name, object, now())) changed.push_back(at->first);
  }
  for (const auto& quota : changed) changed_(quota);
}

void Counter::enter_all(Book& book, const ResourceInfo& resource, const std::string& ns) {
  book.account.clear(resource);
  for (const auto& object : kind_of(resource).cache->list(ns))
    book.account.set(resource, key_of(*object).name, object.get(), now());
}

Counter::Book* Counter::book_for(const core_v1::ResourceQuota& quota) {
  const auto key = key_of(quota);
  const auto found = books_.find(key);
  if (found != books_.end() && found->second.account.is_for(quota)) return &found->second;
  if (found != books_.end()) books_.erase(found);
  Book book(quota);
  bool known = true;
  for (const auto* resource : book.account.resources()) known &= kind_of(*resource).cache->synced();
  auto& kept = books_.emplace(key, std::move(book)).first->second;
  if (known)
    for (const auto* resource : kept.account.resources()) enter_all(kept, *resource, key.ns);
  return &kept;
}

bool Counter::is_behind(const Book& book, const ResourceInfo& resource,
                        const core_v1::ResourceQuota& quota) {
  const auto revision = resource_version_of(quota);
  return kind_of(resource).seen < (revision == book.written ? book.basis : revision);
}

Result<std::optional<Amounts>> Counter::count(const core_v1::ResourceQuota& quota) {
  std::set<const ResourceInfo*> stale;
  {
    std::lock_guard lock(mutex_);
    auto* book = book_for(quota);
    for (const auto* resource : book->account.resources())
      if (!kind_of(*resource).cache->synced()) return std::optional<Amounts>();
    for (const auto* resource : lowered(quota, book->account.used()))
      if (is_behind(*book, *resource, quota)) stale.insert(resource);
    if (stale.empty()) return std::optional<Amounts>(book->account.used());
  }
  for (const auto* resource : stale) KUBUS_TRY(read_anew(quota, *resource));
  std::lock_guard lock(mutex_);
  return std::optional<Amounts>(book_for(quota)->account.used());
}

// The API shows a state at least as new as any quota that it has shown.
Status Counter::read_anew(const core_v1::ResourceQuota& quota, const ResourceInfo& resource) {
  const auto key = key_of(quota);
  const auto listed = ApiClient::of(context_)->raw(
      {"list", resource.group, resource.version, resource.plural, key.ns, "", "", {}, "", ""});
  if (!listed.ok()) return listed.status();
  auto list = new_list(resource);
  KUBUS_TRY(from_json(*listed, *list));
  const auto* items = list->GetDescriptor()->FindFieldByName("items");
  const auto& reflection = *list->GetReflection();
  std::lock_guard lock(mutex_);
  auto* book = book_for(quota);
  book->account.clear(resource);
  for (int i = 0; i < reflection.FieldSize(*list, items); ++i) {
    const auto& object = reflection.GetRepeatedMessage(*list, items, i);
    book->account.set(resource, key_of(object).name, &object, now());
  }
  return {};
}

void Counter::written(const core_v1::ResourceQuota& quota, std::int64_t revision) {
  std::lock_guard lock(mutex_);
  const auto found = books_.find(key_of(quota));
  if (found == books_.end()) return;
  auto& book = found->second;
  const auto before = resource_version_of(quota);
  if (before != book.written) book.basis = before;
  book.written = revision;
}

void Counter::forget(const ObjectKey& quota) {
  std::lock_guard lock(mutex_);
  books_.erase(quota);
}

}  // namespace kubus::resourcequota
