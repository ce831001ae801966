#include "probe_metrics.h"

#include <algorithm>

#include "kubus/metrics_page.h"

namespace kubus::kubelet {

void ProbeMetrics::count(const core_v1::Pod& pod, const std::string& container,
                         const std::string& type, bool success, double seconds) {
  const auto& meta = pod.metadata();
  std::lock_guard lock(mutex_);
  auto& series = series_[{meta.uid(), container, type}];
  if (series.labels.empty()) {
    series.pod_uid = meta.uid();
    series.labels = {{"container", container},
                     {"namespace", meta.namespace_()},
                     {"pod", meta.name()},
                     {"probe_type", type}};
  }
  if (!success) {
    ++series.failures;
    return;
  }
  ++series.successes;
  series.seconds += seconds;
  const auto bound = std::lower_bound(kBounds.begin(), kBounds.end(), seconds);
  ++series.buckets[static_cast<std::size_t>(bound - kBounds.begin())];
}

void ProbeMetrics::forget(const std::string& pod_uid) {
  std::lock_guard lock(mutex_);
  std::erase_if(series_, [&](const auto& entry) { return entry.second.pod_uid == pod_uid; });
}

std::string ProbeMetrics::text() const {
  metrics::Page page;
  std::lock_guard lock(mutex_);
  page.family("prober_probe_duration_seconds", "[ALPHA] Duration in seconds for a probe response.",
              "histogram");
  for (const auto& [key, series] : series_) {
    if (series.successes == 0) continue;
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < series.buckets.size(); ++i) {
      total += series.buckets[i];
      auto labels = series.labels;
      labels.emplace_back("le", i < kBounds.size() ? metrics::number_text(kBounds[i]) : "+Inf");
      page.sample(labels, static_cast<double>(total), {.suffix = "_bucket"});
    }
    page.sample(series.labels, series.seconds, {.suffix = "_sum"});
    page.sample(series.labels, static_cast<double>(total), {.suffix = "_count"});
  }
  page.family("prober_probe_total",
              "[BETA] Cumulative number of a liveness, readiness or startup probe for a container "
              "by result.",
              "counter");
  for (const auto& [key, series] : series_)
    for (const auto& [result, count] :
         {std::pair{"successful", series.successes}, {"failed", series.failures}}) {
      if (count == 0) continue;
      auto labels = series.labels;
      labels.emplace_back("pod_uid", series.pod_uid);
      labels.emplace_back("result", result);
      page.sample(labels, static_cast<double>(count));
    }
  return page.text();
}

}  // namespace kubus::kubelet
