#include "kubus/metrics.h"

#include <algorithm>

#include "core/metrics_impl.h"
#include "kubus/metrics_reset.h"

namespace kubus::metrics {

Registry& registry() {
  static auto* const instance = new Registry;  // handles outlive every static destructor
  return *instance;
}

HistogramSeries::HistogramSeries(std::vector<double> bounds)
    : bounds_(std::move(bounds)), buckets_(bounds_.size() + 1) {}

void HistogramSeries::observe(double value) {
  const auto it = std::lower_bound(bounds_.begin(), bounds_.end(), value);
  buckets_[static_cast<std::size_t>(it - bounds_.begin())].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

void HistogramSeries::reset() {
  for (auto& bucket : buckets_) bucket.store(0, std::memory_order_relaxed);
  sum_.store(0, std::memory_order_relaxed);
}

namespace {

template <class Series>
void reset_labelled(const Families<Series>& families) {
  for (const auto& [name, family] : families)
    for (const auto& [labels, series] : family.series)
      if (!labels.empty()) series->reset();
}

template <class Series, class Make>
Series& find_or_make(Families<Series>& families, std::string_view name, std::string_view help,
                     Labels labels, Make make) {
  auto it = families.find(name);
  if (it == families.end())
    it = families.emplace(std::string(name), Family<Series>{std::string(help), {}}).first;
  auto& slot = it->second.series[label_text(std::move(labels))];
  if (!slot) slot = make();
  return *slot;
}

}  // namespace

Counter& counter(std::string_view name, std::string_view help, Labels labels) {
  const std::lock_guard lock(registry().mutex);
  return find_or_make(registry().counters, name, help, std::move(labels),
                      [] { return std::make_unique<CounterSeries>(); });
}

Gauge& gauge(std::string_view name, std::string_view help, Labels labels) {
  const std::lock_guard lock(registry().mutex);
  return find_or_make(registry().gauges, name, help, std::move(labels),
                      [] { return std::make_unique<GaugeSeries>(); });
}

Histogram& histogram(std::string_view name, std::string_view help, std::vector<double> bounds,
                     Labels labels) {
  const std::lock_guard lock(registry().mutex);
  return find_or_make(registry().histograms, name, help, std::move(labels),
                      [&] { return std::make_unique<HistogramSeries>(std::move(bounds)); });
}

void reset() {
  const std::lock_guard lock(registry().mutex);
  reset_labelled(registry().counters);
  reset_labelled(registry().histograms);
}

}  // namespace kubus::metrics
