#include "metrics/watch_series.h"

#include "metrics/series_table.h"

namespace kubus::apiserver {

WatchSeries WatchSeries::of(const ResourceInfo& resource) {
  static SeriesTable<WatchSeries> table;
  static const std::vector<double> bounds = {1024,  2048,  4096,  8192,
                                             16384, 32768, 65536, 131072};
  return table.find(resource.api_version() + "/" + resource.plural, [&] {
    const metrics::Labels labels = {{"group", resource.group},
                                    {"resource", resource.plural},
                                    {"version", resource.version}};
    WatchSeries series;
    series.total_ = &metrics::counter("apiserver_watch_events_total",
                                      "Events that watching clients were sent", labels);
    series.sizes_ = &metrics::histogram("apiserver_watch_events_sizes",
                                        "Size of the objects of these events in bytes", bounds,
                                        labels);
    return series;
  });
}

}  // namespace kubus::apiserver
