// CacheStore: decoded objects of one selection by key, with indexes by namespace and by controller.
//
// Thread safety: all members from any thread. Objects are immutable once put in.
#pragma once

#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "kubus/informer.h"

namespace kubus {

class CacheStore {
 public:
  // What an object was before and is now; null: absent.
  struct Change {
    ObjectPtr old;
    ObjectPtr now;
  };

  ObjectPtr get(const std::string& key) const;
  std::vector<ObjectPtr> list(std::string_view ns) const;
  std::vector<ObjectPtr> controlled_by(std::string_view uid) const;
  std::vector<ObjectPtr> all() const;
  std::size_t size() const;

  // Returns no change when `object` is the version already held.
  Change put(ObjectPtr object);
  Change erase(const std::string& key);

  // Between begin_replace() and finish_replace() every object still there is put() again; the
  // others are removed, and returned as changes.
  void begin_replace();
  std::vector<Change> finish_replace();

 private:
  // Keys lie in objects_, whose nodes stay where they are.
  using Index = std::unordered_map<std::string, std::unordered_set<const std::string*>>;

  std::vector<ObjectPtr> under(const Index& index, std::string_view value) const;
  void index(const std::string& key, const Message& object);
  void unindex(const std::string& key, const Message& object);

  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, ObjectPtr> objects_;
  Index by_namespace_;
  Index by_controller_;
  bool replacing_ = false;
  std::unordered_set<std::string> seen_;
};

}  // namespace kubus
