// The registry behind kubus/metrics.h: families by name, series by labels.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "kubus/metrics.h"

namespace kubus::metrics {

class CounterSeries final : public Counter {
 public:
  void add(double by) override {
    if (by > 0) value_.fetch_add(by, std::memory_order_relaxed);
  }
  void reset() { value_.store(0, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

class GaugeSeries final : public Gauge {
 public:
  void set(double value) override { value_.store(value, std::memory_order_relaxed); }
  void add(double by) override { value_.fetch_add(by, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

class HistogramSeries final : public Histogram {
 public:
  explicit HistogramSeries(std::vector<double> bounds);
  void observe(double value) override;
  void reset();
  const std::vector<double>& bounds() const { return bounds_; }
  // Not cumulative; the last one is above all bounds.
  std::uint64_t bucket(std::size_t i) const { return buckets_[i].load(std::memory_order_relaxed); }
  double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  const std::vector<double> bounds_;
  std::vector<std::atomic<std::uint64_t>> buckets_;
  std::atomic<double> sum_{0};
};

template <class Series>
struct Family {
  std::string help;
  std::map<std::string, std::unique_ptr<Series>> series;  // by label text
};

template <class Series>
using Families = std::map<std::string, Family<Series>, std::less<>>;

struct Registry {
  std::mutex mutex;
  Families<CounterSeries> counters;
  Families<GaugeSeries> gauges;
  Families<HistogramSeries> histograms;
};
Registry& registry();

// `a="b",c="d"`, ordered by name, values escaped.
std::string label_text(Labels labels);

}  // namespace kubus::metrics
