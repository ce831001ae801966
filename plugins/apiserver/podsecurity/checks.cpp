#include "podsecurity/checks.h"

#include <k8s/core/v1/pod.pb.h>

namespace kubus::apiserver::podsecurity {

bool PodView::is_apart_from_users() const {
  return minor >= 35 && spec.has_hostusers() && !spec.hostusers();
}

std::vector<Finding> evaluate(const LevelVersion& level, const meta_v1::ObjectMeta& metadata,
                              const core_v1::PodSpec& spec) {
  std::vector<Finding> findings;
  if (level.level == Level::kPrivileged) return findings;
  const bool restricted = level.level == Level::kRestricted;
  const PodView pod{metadata, spec, level.minor};
  const auto run = [&](const CheckEntry& entry) {
    if (pod.minor < entry.since) return;
    if (auto finding = entry.check(pod)) findings.push_back(std::move(*finding));
  };
  for (const auto& entry : baseline_checks()) {
    const bool replaced =
        restricted && entry.strict_takes_over && pod.minor >= entry.takes_over_since;
    if (!replaced) run(entry);
  }
  if (restricted)
    for (const auto& entry : restricted_checks()) run(entry);
  return findings;
}

std::string reasons_of(const std::vector<Finding>& findings) {
  Names reasons;
  for (const auto& finding : findings) reasons.push_back(finding.reason);
  return join(reasons, ", ");
}

std::string details_of(const std::vector<Finding>& findings) {
  Names texts;
  for (const auto& [reason, detail] : findings)
    texts.push_back(detail.empty() ? reason : reason + " (" + detail + ")");
  return join(texts, ", ");
}

}  // namespace kubus::apiserver::podsecurity
