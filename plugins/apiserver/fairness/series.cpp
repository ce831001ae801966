#include "fairness/series.h"

#include <utility>
#include <vector>

namespace kubus::apiserver::fairness {
namespace {

std::string named(const char* name) { return std::string("apiserver_flowcontrol_") + name; }

metrics::Labels labels(const std::string& level, const std::string& schema) {
  return {{"flow_schema", schema}, {"priority_level", level}};
}

metrics::Gauge& gauge(const char* name, const char* help, const std::string& level,
                      const std::string& schema) {
  return metrics::gauge(named(name), help, labels(level, schema));
}

metrics::Histogram& durations(const char* name, const char* help, metrics::Labels labels) {
  static const std::vector<double> bounds = {0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5,
                                             1, 2,     5,    10,   15,  30};
  return metrics::histogram(named(name), help, bounds, std::move(labels));
}

metrics::Histogram& waits(const std::string& level, const std::string& schema, bool executed) {
  auto all = labels(level, schema);
  all.insert(all.begin(), {"execute", executed ? "true" : "false"});
  return durations("request_wait_duration_seconds",
                   "Length of time a request spent waiting in its queue", std::move(all));
}

metrics::Histogram& executions(const std::string& level, const std::string& schema) {
  auto all = labels(level, schema);
  all.emplace_back("type", "regular");
  return durations("request_execution_seconds",
                   "Duration of the stage in which a request was executed", std::move(all));
}

void show(const char* name, const char* help, const std::string& level, double value) {
  metrics::gauge(named(name), help, {{"priority_level", level}}).set(value);
}

}  // namespace

FlowSeries::FlowSeries(std::string level, std::string schema)
    : level_(std::move(level)),
      schema_(std::move(schema)),
      waiting_(gauge("current_inqueue_requests", "Requests that wait in queues", level_, schema_)),
      executing_(
          gauge("current_executing_requests", "Requests that are executed", level_, schema_)),
      seats_(gauge("current_executing_seats", "Seats of the requests that are executed", level_,
                   schema_)),
      dispatched_(metrics::counter(named("dispatched_requests_total"),
                                   "Requests that were executed", labels(level_, schema_))),
      waited_(waits(level_, schema_, true)),
      took_(executions(level_, schema_)) {}

void FlowSeries::dispatched(int seats, Clock::duration waited) const {
  dispatched_.add();
  executing_.add(1);
  seats_.add(seats);
  waited_.observe(in_seconds(waited));
}

void FlowSeries::finished(Clock::duration took) const {
  executing_.add(-1);
  took_.observe(in_seconds(took));
}

void FlowSeries::rejected(std::string_view reason, Clock::duration waited) const {
  auto all = labels(level_, schema_);
  all.emplace_back("reason", std::string(reason));
  metrics::counter(named("rejected_requests_total"), "Requests that were turned away",
                   std::move(all))
      .add();
  waits(level_, schema_, false).observe(in_seconds(waited));
}

void show_bounds(const std::string& level, const Bounds& bounds) {
  show("nominal_limit_seats", "Seats by the shares of the level", level, bounds.nominal);
  show("lower_limit_seats", "Seats that the level never lends", level, bounds.least);
  show("upper_limit_seats", "Seats that the level may come to by borrowing", level, bounds.most);
}

void show_limit(const std::string& level, int limit) {
  show("current_limit_seats", "Seats that the level has at present", level, limit);
}

void show_demand(const std::string& level, const Smoothed& demand, double target) {
  show("demand_seats_high_watermark", "Most seats wanted in the last period", level,
       demand.last.most);
  show("demand_seats_average", "Seats wanted on average in the last period", level,
       demand.last.average);
  show("demand_seats_stdev", "Deviation of the seats wanted in the last period", level,
       demand.last.deviation);
  show("demand_seats_smoothed", "Seats wanted, slow to forget", level, demand.smoothed);
  show("target_seats", "Seats that sharing aims at", level, target);
}

void show_fraction(double fraction) {
  metrics::gauge(named("seat_fair_frac"), "What levels get of the seats aimed at").set(fraction);
}

}  // namespace kubus::apiserver::fairness
