// The health checks of this server, under the names that the reference has for what they look at.
// What does not exist here is not listed.
//
// Thread safety: Progress as an atomic; add_checks() before the server starts.
#pragma once

#include <atomic>
#include <functional>

#include "health/health.h"

namespace kubus::apiserver {

// What the server does once when it starts, and has done.
struct Progress {
  std::atomic<bool> objects{false};      // namespaces, priority classes, the Service kubernetes ...
  std::atomic<bool> roles{false};        // the default roles
  std::atomic<bool> flows{false};        // the default flow schemas
  std::atomic<bool> controllers{false};  // what follows definitions and APIServices is at work
};

struct Signs {
  std::function<bool()> storage_follows;  // changes arrive
  std::function<bool()> filled;           // all there was has been read
  std::function<bool()> drains;
  bool shares = false;  // requests are shared out by flow schemas
};

// `progress` outlives the checks.
void add_checks(Health& health, const Progress& progress, Signs signs);

}  // namespace kubus::apiserver
