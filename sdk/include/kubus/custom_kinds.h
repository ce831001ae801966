// CustomKinds: the kinds that CustomResourceDefinitions describe, as they come and go.
//
// Thread safety: list(), find() and synced() from any thread; made and destroyed on the context's
// Loop, where the handlers run.
//
// A kind is a ResourceInfo as the built-in ones are, in the version that is stored if that is
// served. Its objects are read as PartialObjectMetadata: what is not common to all kinds is known to
// the API server alone. What is asked for by their message (Informer<T>, ApiClient::get<T>) are the
// built-in kinds; these are asked for by ApiClient::raw() and custom_cache().
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/api/resource.h"
#include "kubus/client.h"
#include "kubus/informer.h"

namespace kubus {

// A kind, built-in or not, that lives as long as somebody has it.
using Kind = std::shared_ptr<const ResourceInfo>;

inline Kind built_in_kind(const ResourceInfo& resource) {
  return {std::shared_ptr<void>(), &resource};
}

class CustomKinds {
 public:
  // `served`: from now on, or no longer. A kind whose version or names change goes and comes.
  using ChangeFn = std::function<void(const Kind& kind, bool served)>;

  // `changed` hears of the kinds that are there first; then `synced` runs once. Either may be empty.
  explicit CustomKinds(Context& context, ChangeFn changed = {}, std::function<void()> synced = {});

  std::vector<Kind> list() const;
  // Null when there is none; in whichever version.
  Kind find(std::string_view group, std::string_view kind) const;
  // True once all kinds that there were at first are known.
  bool synced() const { return synced_; }

 private:
  void on_change(const ObjectPtr& old, const ObjectPtr& now);
  void set(const std::string& name, Kind kind);

  ChangeFn changed_;
  std::atomic<bool> synced_ = false;
  mutable std::mutex mutex_;
  std::map<std::string, Kind> kinds_;  // by the name of the definition
  std::shared_ptr<ObjectCache> definitions_;
  Registration subscription_;
};

// The kinds as the API has them now: every one that a client can have made objects of is there,
// which cannot be said of what is heard of one by one. Waits for the API, as ApiClient does.
Result<std::vector<Kind>> custom_kinds_now(ApiClient& client);

// The process's cache of all objects of a kind, by its message. Managed fields are left out.
std::shared_ptr<ObjectCache> custom_cache(Context& context, Kind kind);

}  // namespace kubus
