// What /metrics tells of pod security, under the names of the reference.
//
// Thread safety: from any thread.
#pragma once

#include <string>

#include "podsecurity/level.h"

namespace kubus::apiserver::podsecurity {

// A request as these metrics see it.
struct Asked {
  const char* operation;  // "create" or "update"
  const char* resource;   // "pod" or "controller"
  std::string subresource;
};

// `mode`: "enforce", "audit" or "warn".
void count_evaluation(bool allowed, const LevelVersion& level, const char* mode,
                      const Asked& asked);
void count_exemption(const Asked& asked);
// The labels of a namespace could not be read.
void count_unreadable(const Asked& asked);

}  // namespace kubus::apiserver::podsecurity
