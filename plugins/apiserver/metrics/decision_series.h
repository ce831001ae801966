// What one of the configured authorizers decided: only what ends the matter counts.
//
// Thread safety: a value; its members from any thread.
#pragma once

#include <string>

#include "kubus/metrics.h"

namespace kubus::apiserver {

class DecisionSeries {
 public:
  // Of one that nobody configured: nothing is counted.
  DecisionSeries() = default;
  // As a configuration has them: "Webhook", "hook.example.com".
  DecisionSeries(const std::string& type, const std::string& name)
      : allowed_(&series(type, name, "allowed")), denied_(&series(type, name, "denied")) {}

  void allowed() const {
    if (allowed_) allowed_->add();
  }
  void denied() const {
    if (denied_) denied_->add();
  }

 private:
  static metrics::Counter& series(const std::string& type, const std::string& name,
                                  const char* decision) {
    return metrics::counter("apiserver_authorization_decisions_total",
                            "What authorizers decided for good",
                            {{"decision", decision}, {"name", name}, {"type", type}});
  }

  metrics::Counter* allowed_ = nullptr;
  metrics::Counter* denied_ = nullptr;
};

}  // namespace kubus::apiserver
