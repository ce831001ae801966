#include "health/slis.h"

namespace kubus::apiserver {

void Slis::observe(std::string_view name, std::string_view type, bool well) {
  std::lock_guard lock(mutex_);
  auto& outcomes = checks_[{std::string(name), std::string(type)}];
  outcomes.well = well;
  ++(well ? outcomes.successes : outcomes.errors);
}

std::string Slis::text() const {
  std::string last, totals;
  std::lock_guard lock(mutex_);
  for (const auto& [check, outcomes] : checks_) {
    const auto name = "{name=\"" + check.first + "\",";
    const auto type = "type=\"" + check.second + "\"} ";
    last += "kubernetes_healthcheck" + name + type + (outcomes.well ? "1\n" : "0\n");
    const auto count = [&](const char* status, std::uint64_t times) {
      if (times == 0) return;
      totals.append("kubernetes_healthchecks_total").append(name).append("status=\"");
      totals.append(status).append("\",").append(type).append(std::to_string(times)).append("\n");
    };
    count("error", outcomes.errors);
    count("success", outcomes.successes);
  }
  if (checks_.empty()) return {};
  return "# HELP kubernetes_healthcheck [STABLE] This metric records the result of a single "
         "healthcheck.\n# TYPE kubernetes_healthcheck gauge\n" +
         last +
         "# HELP kubernetes_healthchecks_total [STABLE] This metric records the results of all "
         "healthcheck.\n# TYPE kubernetes_healthchecks_total counter\n" +
         totals;
}

}  // namespace kubus::apiserver
