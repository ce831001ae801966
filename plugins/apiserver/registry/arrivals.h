// Arrivals: objects that are on their way into a namespace. One that was let in before the end of
// its namespace began may be stored after everything in it was looked for; the namespace stays
// until such an object has been looked for too.
//
// Thread safety: all members from any thread. Whatever enter() gave may outlive this.
#pragma once

#include <memory>
#include <string>

#include "cache/cluster_cache.h"

namespace kubus::apiserver {

class Arrivals {
 public:
  explicit Arrivals(ClusterCache& cache);
  ~Arrivals();
  Arrivals(const Arrivals&) = delete;
  Arrivals& operator=(const Arrivals&) = delete;

  // Before it is looked whether the namespace takes anything; held until the cache has the object,
  // or there will be none.
  std::shared_ptr<const void> enter(const std::string& ns);
  // Whether everything that is in the namespace was there when its end began, or has been told of:
  // of what came since, this tells once.
  bool settled(const std::string& ns);

 private:
  struct State;
  struct Guest;
  const std::shared_ptr<State> state_;
};

// Whether nothing new is taken.
bool is_ending(const Object& ns);

}  // namespace kubus::apiserver
