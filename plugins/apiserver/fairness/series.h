// The metrics of priority levels and of the flow schemas that lead to them, by the reference's
// names.
//
// Thread safety: handles may be used from any thread.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "fairness/demand.h"
#include "fairness/sharing.h"
#include "kubus/metrics.h"

namespace kubus::apiserver::fairness {

// Of the requests of one flow schema in one level.
class FlowSeries {
 public:
  FlowSeries(std::string level, std::string schema);
  const std::string& schema() const { return schema_; }

  void queued() const { waiting_.add(1); }
  void dispatched(int seats, Clock::duration waited) const;
  void finished(Clock::duration took) const;
  void freed(int seats) const { seats_.add(-seats); }
  // One that was queued and is no more.
  void unqueued() const { waiting_.add(-1); }
  // `waited`: in a queue, if it was in one.
  void rejected(std::string_view reason, Clock::duration waited) const;

 private:
  const std::string level_, schema_;
  metrics::Gauge& waiting_;
  metrics::Gauge& executing_;
  metrics::Gauge& seats_;
  metrics::Counter& dispatched_;
  metrics::Histogram& waited_;
  metrics::Histogram& took_;
};

// Of a level as a whole.
void show_bounds(const std::string& level, const Bounds& bounds);
void show_limit(const std::string& level, int limit);
void show_demand(const std::string& level, const Smoothed& demand, double target);
void show_fraction(double fraction);

}  // namespace kubus::apiserver::fairness
