#include "custom/conversion_metrics.h"

#include "kubus/metrics.h"

namespace kubus::apiserver {
namespace {

// From a millisecond on, each twice the one before.
std::vector<double> doubled_bounds() {
  constexpr int kBuckets = 15;
  std::vector<double> out = {0.001};
  while (out.size() < kBuckets) out.push_back(out.back() * 2);
  return out;
}

}  // namespace

void count_conversion(const ConversionFacts& facts) {
  const bool converted = facts.failure.empty();
  const metrics::Labels outcome = {{"failure_type", std::string(facts.failure)},
                                   {"result", converted ? "success" : "failure"}};
  metrics::counter("apiserver_conversion_webhook_request_total",
                   "Questions to conversion webhooks by outcome", outcome)
      .add();
  metrics::histogram("apiserver_conversion_webhook_duration_seconds",
                     "How long conversion webhooks take to answer",
                     {0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60}, outcome)
      .observe(facts.took.count());
  metrics::histogram("apiserver_crd_conversion_webhook_duration_seconds",
                     "How long conversions take, by definition and versions", doubled_bounds(),
                     {{"crd_name", facts.definition},
                      {"from_version", facts.from},
                      {"succeeded", converted ? "true" : "false"},
                      {"to_version", facts.to}})
      .observe(facts.took.count());
}

}  // namespace kubus::apiserver
