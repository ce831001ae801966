// API priority and fairness: which priority level a request has, and whether it may be executed
// now, must wait or is turned away.
//
// Thread safety: all members from any thread; adjust() by one.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "fairness/classify.h"
#include "fairness/default_objects.h"
#include "fairness/level.h"
#include "fairness/sharing.h"

namespace kubus::apiserver::fairness {

// A flow schema that is in force, with its level.
struct Lane {
  std::string name, uid, level_uid;
  int precedence = 0;
  Matcher matcher;
  std::shared_ptr<Level> level;
  const FlowSeries* series = nullptr;
  std::uint64_t seed = 0;  // of the hashes of its flows
  int most_seats = 1;      // of one request

  // The hash of the flow that a request of this schema belongs to.
  std::uint64_t flow(const Identity& identity, const RequestInfo& info) const;
};

class Fairness {
 public:
  // `seats`: of the whole server. Until it is told of others, the mandatory objects hold.
  Fairness(int seats, Surroundings surroundings);

  // The first schema that has the request; it is never null.
  std::shared_ptr<const Lane> classify(const Identity& identity, const RequestInfo& info) const;

  // Objects as they are now; a level that a schema asks for may come later, or go before.
  void put(FlowSchema schema);
  void put(PriorityLevelConfiguration level);
  void remove_schema(const std::string& name);
  void remove_level(const std::string& name);
  // Moves seats from levels that do not use them to those that do; every ten seconds.
  void adjust();
  // Drops whatever waits.
  void close();

  std::vector<FlowSchema> schemas() const;
  bool has_level(const std::string& name) const;
  std::vector<std::shared_ptr<Level>> levels() const;  // by name

 private:
  struct Held {
    std::shared_ptr<Level> level;
    Shares shares;
    Bounds bounds;
    Smoothed demand;
    int limit = -1;  // not known yet
  };
  using Lanes = std::vector<std::shared_ptr<const Lane>>;

  void rebuild();
  void hold_levels(const std::map<std::string, PriorityLevelConfiguration>& wanted);

  const int seats_;
  const Surroundings surroundings_;
  mutable std::mutex objects_mutex_;
  std::map<std::string, FlowSchema> schemas_;
  std::map<std::string, PriorityLevelConfiguration> levels_;
  std::map<std::string, Held> held_;
  mutable std::shared_mutex lanes_mutex_;
  std::shared_ptr<const Lanes> lanes_;
};

}  // namespace kubus::apiserver::fairness
