#include "metrics/token_cache_series.h"

namespace kubus::apiserver {
namespace {

struct LookupSeries {
  explicit LookupSeries(const char* status)
      : total(metrics::counter("authentication_token_cache_request_total",
                               "Tokens by whether they were remembered", {{"status", status}})),
        seconds(metrics::histogram("authentication_token_cache_request_duration_seconds",
                                   "Time until it was known whose token it is",
                                   {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
                                   {{"status", status}})) {}
  metrics::Counter& total;
  metrics::Histogram& seconds;
};

metrics::Counter& fetches(const char* status) {
  return metrics::counter("authentication_token_cache_fetch_total",
                          "Tokens that were found out about", {{"status", status}});
}

metrics::Gauge& active(const char* status) {
  return metrics::gauge("authentication_token_cache_active_fetch_count",
                        "Tokens that are being found out about, and who waits for that",
                        {{"status", status}});
}

}  // namespace

void count_token_lookup(bool hit, std::chrono::steady_clock::time_point begun) {
  static const LookupSeries kHit("hit"), kMiss("miss");
  const auto& series = hit ? kHit : kMiss;
  series.total.add();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  series.seconds.observe(took.count());
}

void count_token_fetch(bool ok) {
  static metrics::Counter &kOk = fetches("ok"), &kError = fetches("error");
  (ok ? kOk : kError).add();
}

Counted token_blocked() {
  static metrics::Gauge& kBlocked = active("blocked");
  return Counted(kBlocked);
}

Counted token_in_flight() {
  static metrics::Gauge& kInFlight = active("in_flight");
  return Counted(kInFlight);
}

}  // namespace kubus::apiserver
