// Removes Event objects that nothing has happened to for a while.
//
// Thread safety: everything on the loop.
#pragma once

#include <chrono>

#include "registry/registry.h"

namespace kubus::apiserver {

class EventExpiry {
 public:
  EventExpiry(Registry& registry, std::chrono::nanoseconds ttl) : registry_(registry), ttl_(ttl) {}
  void start();
  // Removes what is too old at `now`.
  void sweep(std::chrono::system_clock::time_point now);

 private:
  Registry& registry_;
  std::chrono::nanoseconds ttl_;
  Registration timer_;
};

}  // namespace kubus::apiserver
