// Metrics: counters, gauges and histograms of one process, printed in Prometheus' text format.
//
// Thread safety: all functions and all members from any thread; updates are atomic operations.
//
// Handles are found once (registration takes a lock) and kept. The registry belongs to libkubus and
// outlives plugins; a plugin's series stay until the process ends.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kubus::metrics {

using Labels = std::vector<std::pair<std::string, std::string>>;

class Counter {
 public:
  virtual ~Counter() = default;
  virtual void add(double by = 1) = 0;
};
class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void set(double value) = 0;
  virtual void add(double by) = 0;
};
class Histogram {
 public:
  virtual ~Histogram() = default;
  virtual void observe(double value) = 0;
};

// The same (name, labels) yields the same series. `help` is kept from the first registration.
Counter& counter(std::string_view name, std::string_view help, Labels labels = {});
Gauge& gauge(std::string_view name, std::string_view help, Labels labels = {});
// `bounds` are the upper bounds of the buckets, ascending; +Inf is added.
Histogram& histogram(std::string_view name, std::string_view help, std::vector<double> bounds,
                     Labels labels = {});
// All series of this process in the text exposition format, version 0.0.4.
std::string expose();

}  // namespace kubus::metrics
