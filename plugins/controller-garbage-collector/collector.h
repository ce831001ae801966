// Collector: keeps the graph up to date from what the API says of all kinds and acts on what it
// raises.
//
// Thread safety: start() on the Loop; the rest happens by itself on the Loop and the Pool.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "absent_owners.h"
#include "graph.h"
#include "kubus/custom_kinds.h"
#include "kubus/events.h"
#include "kubus/object_feed.h"
#include "kubus/work_queue.h"
#include "live.h"

namespace kubus::gc {

class Collector {
 public:
  explicit Collector(Context& context);
  void start();

 private:
  enum class OwnerState { kSolid, kWaiting, kDangling };

  void follow(const Kind& kind);
  void forget(const Kind& kind);
  void put(const Kind& kind, const Message& object);
  void remove(const std::string& uid);
  void keep_listed(const Kind& kind);
  void warn(const Kind& kind, const Message& object, const std::vector<OwnerRef>& foreign);
  void raise(const Raised& raised);
  void synced(const std::string& kind);
  // The graph is as complete as it gets for now: work on what it raises.
  void begin();

  std::optional<Node> snapshot(const std::string& uid) const;
  Outcome work(const std::string& uid);
  Status collect(const Node& node);
  Status foreground(const Node& node);
  Status orphan(const Node& node);
  Status drop_finalizer(const Node& node, std::string_view finalizer);
  Kind kind_of(const OwnerRef& ref) const;
  Result<OwnerState> owner_state(const Node& dependent, const OwnerRef& ref);

  Context& context_;
  Live live_;
  EventRecorder events_;
  AbsentOwners absent_;
  mutable std::mutex mutex_;
  Graph graph_;
  std::set<std::string> unsynced_;  // kinds whose first list is not in; on the Loop
  bool begun_ = false;              // on the Loop
  Registration patience_;
  WorkQueue queue_;
  struct Followed {
    std::unordered_set<std::string> listed;  // uids in the list that is not complete yet
    bool complete = false;
    Registration feed;
  };
  std::map<Kind, Followed> followed_;  // on the Loop
  std::optional<CustomKinds> custom_;
};

}  // namespace kubus::gc
