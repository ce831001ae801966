// How much of a level a request takes: seats while it is executed, and others for a time after
// that, while those who watch are told of what it changed.
//
// Thread safety: a value.
#pragma once

#include <algorithm>

#include "kubus/loop.h"

namespace kubus::apiserver::fairness {

struct Width {
  int seats = 1;
  int final_seats = 0;
  Duration after{};

  // What it holds from its begin to its end, so that nobody waits in the middle.
  int most() const { return std::max(seats, final_seats); }
};

}  // namespace kubus::apiserver::fairness
