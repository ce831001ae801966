#include "aggregate.h"

#include <kubus/object.h>
#include <kubus/workload.h>

#include <algorithm>

namespace kubus::clusterrole_aggregation {
namespace {

void add_once(const rbac_v1::PolicyRule& rule, Rules& rules) {
  if (std::none_of(rules.begin(), rules.end(),
                   [&](const auto& have) { return same_content(have, rule); }))
    *rules.Add() = rule;
}

}  // namespace

Result<Rules> aggregate(const rbac_v1::ClusterRole& role, Roles roles) {
  std::sort(roles.begin(), roles.end(), [](const auto& a, const auto& b) {
    return a->metadata().name() < b->metadata().name();
  });
  Rules rules;
  for (const auto& selector : role.aggregationrule().clusterroleselectors()) {
    const auto matcher = LabelMatcher::make(selector);
    if (!matcher.ok()) return matcher.status();
    for (const auto& other : roles) {
      if (other->metadata().name() == role.metadata().name()) continue;
      if (!matcher->matches(other->metadata().labels())) continue;
      for (const auto& rule : other->rules()) add_once(rule, rules);
    }
  }
  return rules;
}

bool same_rules(const Rules& a, const Rules& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return same_content(x, y); });
}

}  // namespace kubus::clusterrole_aggregation
