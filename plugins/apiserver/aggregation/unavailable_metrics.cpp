#include "aggregation/unavailable_metrics.h"

#include "kubus/metrics.h"

namespace kubus::apiserver::aggregation {
namespace {

metrics::Gauge& unavailable(const std::string& service) {
  return metrics::gauge("aggregator_unavailable_apiservice", "Whether an APIService is unavailable",
                        {{"name", service}});
}

}  // namespace

void show_availability(const std::string& service, const Availability& finding, bool before) {
  unavailable(service).set(finding.available ? 0 : 1);
  if (finding.available || !before) return;
  metrics::counter("aggregator_unavailable_apiservice_total",
                   "How often an APIService became unavailable, by reason",
                   {{"name", service}, {"reason", finding.reason}})
      .add();
}

void forget_availability(const std::string& service) { unavailable(service).set(0); }

}  // namespace kubus::apiserver::aggregation
