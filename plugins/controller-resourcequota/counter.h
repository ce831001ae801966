// The accounts of all quotas, fed by the objects as they change.
//
// Thread safety: all members from any thread but start(), which belongs on the Loop, and count(),
// which waits for the API and belongs in the pool.
#pragma once

#include <kubus/client.h>
#include <kubus/context.h>
#include <kubus/informer.h>
#include <kubus/work_queue.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "account.h"

namespace kubus::resourcequota {

class Counter {
 public:
  // `changed` is told which quota to look at again, on any thread.
  Counter(Context& context, std::function<void(const ObjectKey&)> changed);
  // Before anything else.
  void start();

  // What the quota's objects use, as new as the quota itself where that is less than it says.
  // Nothing while the objects are not known yet: `changed` tells when they are.
  Result<std::optional<Amounts>> count(const core_v1::ResourceQuota& quota);
  // The quota, as it was counted, has been written at that revision.
  void written(const core_v1::ResourceQuota& quota, std::int64_t revision);
  void forget(const ObjectKey& quota);

 private:
  // The objects of one kind.
  struct Objects {
    std::shared_ptr<ObjectCache> cache;
    Registration registration;
    std::int64_t seen = 0;  // the newest version that has been accounted for
  };
  struct Book {
    explicit Book(Account account) : account(std::move(account)) {}
    Account account;
    // Whatever was charged up to `written` was charged up to `basis`.
    std::int64_t written = 0, basis = 0;
  };

  // With the lock.
  Objects& objects_of(const Kind& kind);
  Book* book_for(const core_v1::ResourceQuota& quota);
  void enter_all(Book& book, const Kind& kind, const std::string& ns);
  bool is_behind(const Book& book, const Kind& kind, const core_v1::ResourceQuota& quota);

  void on_change(const Kind& kind, const ObjectPtr& old, const ObjectPtr& now);
  void enter(const Kind& kind, const ObjectKey& key, const Message* object);
  void recheck_later(const Message& pod);
  void on_synced(const Kind& kind);
  Status read_anew(const core_v1::ResourceQuota& quota, const Kind& kind);
  void on_custom_kind(const Kind& kind, bool served);
  void on_custom_synced();
  Kind find_custom(std::string_view name) const;

  Context& context_;
  std::function<void(const ObjectKey&)> changed_;
  std::mutex mutex_;
  std::map<Kind, Objects> objects_;
  std::map<ObjectKey, Book> books_;
  std::set<ObjectKey> waiting_;  // until the custom kinds are known
  // Pods whose time to end will have passed.
  WorkQueue ends_;
  std::optional<CustomKinds> custom_;
};

}  // namespace kubus::resourcequota
