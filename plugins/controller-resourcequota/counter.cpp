#include "counter.h"

#include <k8s/core/v1/pod.pb.h>

#include <algorithm>

#include "kubus/api/json.h"
#include "kubus/api/time.h"

namespace kubus::resourcequota {
namespace {

SystemTime now() { return std::chrono::system_clock::now(); }

const Kind& pods() {
  static const Kind kind = built_in_kind(resource_of<core_v1::Pod>());
  return kind;
}

bool bounds_kind(const core_v1::ResourceQuota& quota, const Kind& kind) {
  const auto& hard = quota.spec().hard();
  return std::any_of(hard.begin(), hard.end(),
                     [&](const auto& bound) { return bounds_resource(bound.first, *kind); });
}

}  // namespace

Counter::Counter(Context& context, std::function<void(const ObjectKey&)> changed)
    : context_(context),
      changed_(std::move(changed)),
      ends_(context, "resourcequota-ends", 1, [this](const std::string& key) {
        ObjectPtr pod;
        {
          std::lock_guard lock(mutex_);
          pod = objects_of(pods()).cache->get(ObjectKey::parse(key));
        }
        if (pod) enter(pods(), key_of(*pod), pod.get());
        return Outcome::done();
      }) {}

void Counter::start() {
  custom_.emplace(
      context_, [this](const Kind& kind, bool served) { on_custom_kind(kind, served); },
      [this] { on_custom_synced(); });
}

Counter::Objects& Counter::objects_of(const Kind& kind) {
  auto& objects = objects_[kind];
  if (objects.cache) return objects;
  objects.cache = custom_cache(context_, kind);
  objects.registration = objects.cache->subscribe(
      context_,
      [this, kind](const ObjectPtr& old, const ObjectPtr& now) { on_change(kind, old, now); },
      [this, kind] { on_synced(kind); });
  return objects;
}

Kind Counter::find_custom(std::string_view name) const {
  for (const Kind& kind : custom_->list())
    if (kind->namespaced && bounds_resource(name, *kind)) return kind;
  return nullptr;
}

// Accounts that name the kind are opened anew: with it, with its other version, or without it.
void Counter::on_custom_kind(const Kind& kind, bool served) {
  std::vector<ObjectKey> keys;
  Objects gone;
  {
    std::lock_guard lock(mutex_);
    for (auto at = books_.begin(); at != books_.end();) {
      const bool concerned = bounds_kind(at->second.account.quota(), kind);
      if (concerned) keys.push_back(at->first);
      at = concerned ? books_.erase(at) : std::next(at);
    }
    const auto found = objects_.find(kind);
    if (!served && found != objects_.end()) {
      gone = std::move(found->second);
      objects_.erase(found);
    }
  }
  for (const auto& key : keys) changed_(key);
}

void Counter::on_custom_synced() {
  std::set<ObjectKey> waiting;
  {
    std::lock_guard lock(mutex_);
    waiting.swap(waiting_);
  }
  for (const auto& key : waiting) changed_(key);
}

// Books that were opened while objects still came in lack those that had come before.
void Counter::on_synced(const Kind& kind) {
  std::vector<ObjectKey> keys;
  {
    std::lock_guard lock(mutex_);
    for (auto& [key, book] : books_) {
      if (!book.account.counts(kind)) continue;
      enter_all(book, kind, key.ns);
      keys.push_back(key);
    }
  }
  for (const auto& key : keys) changed_(key);
}

void Counter::on_change(const Kind& kind, const ObjectPtr& old, const ObjectPtr& now) {
  const auto& any = now ? *now : *old;
  enter(kind, key_of(any), now.get());
  {
    std::lock_guard lock(mutex_);
    if (const auto found = objects_.find(kind); found != objects_.end())
      found->second.seen = std::max(found->second.seen, resource_version_of(any));
  }
  if (now && kind == pods()) recheck_later(*now);
}

void Counter::recheck_later(const Message& object) {
  const auto& pod = static_cast<const core_v1::Pod&>(object);
  if (!is_deleting(pod) || !counts_in_quota(pod, now())) return;
  const auto end = to_time(pod.metadata().deletiontimestamp()) +
                   std::chrono::seconds(pod.metadata().deletiongraceperiodseconds());
  ends_.add_after(key_of(pod).str(), end - now() + std::chrono::milliseconds(1));
}

void Counter::enter(const Kind& kind, const ObjectKey& key, const Message* object) {
  std::vector<ObjectKey> changed;
  {
    std::lock_guard lock(mutex_);
    for (auto at = books_.lower_bound({key.ns, ""}); at != books_.end() && at->first.ns == key.ns;
         ++at)
      if (at->second.account.set(kind, key.name, object, now())) changed.push_back(at->first);
  }
  for (const auto& quota : changed) changed_(quota);
}

void Counter::enter_all(Book& book, const Kind& kind, const std::string& ns) {
  book.account.clear(kind);
  for (const auto& object : objects_of(kind).cache->list(ns))
    book.account.set(kind, key_of(*object).name, object.get(), now());
}

Counter::Book* Counter::book_for(const core_v1::ResourceQuota& quota) {
  const auto key = key_of(quota);
  const auto found = books_.find(key);
  if (found != books_.end() && found->second.account.is_for(quota)) return &found->second;
  if (found != books_.end()) books_.erase(found);
  Book book(Account(quota, [this](std::string_view name) { return find_custom(name); }));
  bool known = true;
  for (const Kind& kind : book.account.kinds()) known &= objects_of(kind).cache->synced();
  auto& kept = books_.emplace(key, std::move(book)).first->second;
  if (known)
    for (const Kind& kind : kept.account.kinds()) enter_all(kept, kind, key.ns);
  return &kept;
}

bool Counter::is_behind(const Book& book, const Kind& kind, const core_v1::ResourceQuota& quota) {
  const auto revision = resource_version_of(quota);
  return objects_of(kind).seen < (revision == book.written ? book.basis : revision);
}

Result<std::optional<Amounts>> Counter::count(const core_v1::ResourceQuota& quota) {
  std::set<Kind> stale;
  {
    std::lock_guard lock(mutex_);
    if (!custom_->synced()) {
      waiting_.insert(key_of(quota));
      return std::optional<Amounts>();
    }
    auto* book = book_for(quota);
    for (const Kind& kind : book->account.kinds())
      if (!objects_of(kind).cache->synced()) return std::optional<Amounts>();
    for (const Kind& kind : book->account.lowered(quota))
      if (is_behind(*book, kind, quota)) stale.insert(kind);
    if (stale.empty()) return std::optional<Amounts>(book->account.used());
  }
  for (const Kind& kind : stale) KUBUS_TRY(read_anew(quota, kind));
  std::lock_guard lock(mutex_);
  return std::optional<Amounts>(book_for(quota)->account.used());
}

// The API shows a state at least as new as any quota that it has shown.
Status Counter::read_anew(const core_v1::ResourceQuota& quota, const Kind& kind) {
  const auto key = key_of(quota);
  const auto listed = ApiClient::of(context_)->raw(
      {"list", kind->group, kind->version, kind->plural, key.ns, "", "", {{"asStored", "true"}}, "",
       ""});
  if (!listed.ok()) return listed.status();
  auto list = new_list(*kind);
  DecodeOptions options;
  options.max_bytes = listed->size() + 1;
  KUBUS_TRY(from_json(*listed, *list, options));
  const auto* items = list->GetDescriptor()->FindFieldByName("items");
  const auto& reflection = *list->GetReflection();
  std::lock_guard lock(mutex_);
  auto* book = book_for(quota);
  book->account.clear(kind);
  for (int i = 0; i < reflection.FieldSize(*list, items); ++i) {
    const auto& object = reflection.GetRepeatedMessage(*list, items, i);
    book->account.set(kind, key_of(object).name, &object, now());
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
