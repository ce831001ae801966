// What Plugin::start() said, carried over the C edge as a number.
#pragma once

#include "kubus/context.h"

namespace kubus::detail {

enum Outcome : int {
  kOutcomeReady = 0,
  kOutcomeFailed = 1,
  kOutcomeSkipped = 2,
  kOutcomeStarting = 3
};

// A Context whose plugin can say that it is ready; every Context of libkubus is one.
class StartableContext : public Context {
 public:
  virtual void plugin_ready() = 0;
};

}  // namespace kubus::detail
