#include "podsecurity/series.h"

#include "kubus/metrics.h"
#include "metrics/series_table.h"

namespace kubus::apiserver::podsecurity {
namespace {

constexpr int kOwnMinor = 35;

using Table = SeriesTable<metrics::Counter*>;

metrics::Labels labels_of(const Asked& asked) {
  return {{"request_operation", asked.operation},
          {"resource", asked.resource},
          {"subresource", asked.subresource}};
}

std::string key_of(const Asked& asked) {
  return std::string(asked.operation) + " " + asked.resource + " " + asked.subresource;
}

// Users may name any version: those to come share one series.
std::string version_label(const LevelVersion& level) {
  const bool unknown = level.minor != LevelVersion::kLatest && level.minor > kOwnMinor;
  return unknown ? "future" : level.version_text();
}

}  // namespace

void count_evaluation(bool allowed, const LevelVersion& level, const char* mode,
                      const Asked& asked) {
  static Table table;
  const std::string decision = allowed ? "allow" : "deny";
  const auto version = version_label(level);
  const auto key = decision + " " + level.level_text() + " " + version + " " + mode + " " +
                   key_of(asked);
  table
      .find(key,
            [&] {
              auto labels = labels_of(asked);
              labels.insert(labels.begin(), {{"decision", decision},
                                             {"mode", mode},
                                             {"policy_level", level.level_text()},
                                             {"policy_version", version}});
              return &metrics::counter("pod_security_evaluations_total",
                                       "Pods and templates of pods that a policy was applied to",
                                       std::move(labels));
            })
      ->add();
}

void count_exemption(const Asked& asked) {
  static Table table;
  table
      .find(key_of(asked),
            [&] {
              return &metrics::counter("pod_security_exemptions_total",
                                       "Requests that are exempt from pod security",
                                       labels_of(asked));
            })
      ->add();
}

void count_unreadable(const Asked& asked) {
  static Table table;
  table
      .find(key_of(asked),
            [&] {
              auto labels = labels_of(asked);
              labels.insert(labels.begin(), {"fatal", "false"});
              return &metrics::counter("pod_security_errors_total",
                                       "Errors that kept pods from being looked at as usual",
                                       std::move(labels));
            })
      ->add();
}

}  // namespace kubus::apiserver::podsecurity
