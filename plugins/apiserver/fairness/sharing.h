// How the seats of the server are shared out among priority levels: what each has by its shares,
// and what it lends and borrows as demand comes and goes.
//
// Thread safety: functions without state.
#pragma once

#include <k8s/flowcontrol/v1/priority_level.pb.h>

#include <vector>

#include "fairness/demand.h"
#include "kubus/api/types.h"

namespace kubus::apiserver::fairness {

struct Shares {
  bool exempt = false;
  int shares = 0;
  int lendable = 0;    // percent
  int borrowing = -1;  // percent; -1: no limit

  static Shares of(const flowcontrol_v1::PriorityLevelConfigurationSpec& spec);
};

// In seats.
struct Bounds {
  int nominal = 0;
  int least = 0;
  int most = 0;
};

// Of each of `levels`, of a server with so many seats. Rounding up may give out a few more.
std::vector<Bounds> nominal_bounds(const std::vector<Shares>& levels, int seats);

struct Wish {
  double target = 0;
  double least = 0;
  double most = 0;
};

// Divides `seats` in proportion to the targets, each within its bounds. `fraction` becomes what a
// level that is not at a bound gets of its target. Where the bounds do not allow it, all have their
// nearest bounds.
std::vector<double> divide(double seats, const std::vector<Wish>& wishes, double& fraction);

// A level's demand over the past periods, slow to forget.
struct Smoothed {
  Demand last;
  double smoothed = 0;

  void update(const Demand& demand);
};

struct Borrower {
  bool exempt = false;
  Bounds bounds;
  Smoothed demand;
};
// What each level has from now on. `targets` are what was aimed at.
std::vector<int> adjusted_limits(const std::vector<Borrower>& levels, std::vector<double>& targets,
                                 double& fraction);

}  // namespace kubus::apiserver::fairness
