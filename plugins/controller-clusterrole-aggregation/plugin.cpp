#include <kubus/controller.h>
#include <kubus/plugin.h>

#include "aggregate.h"

namespace kubus::clusterrole_aggregation {

using rbac_v1::ClusterRole;

class AggregationPlugin : public Plugin {
 public:
  using Plugin::Plugin;

  Status start() override {
    // Any role may be a part of any aggregated one.
    controller_.workers(1).watch<ClusterRole>(
        [this](const ClusterRole&) { return aggregated_roles(); });
    return controller_.reconcile<ClusterRole>(
        [this](const ClusterRole& role) { return reconcile(role); });
  }

 private:
  std::vector<ObjectKey> aggregated_roles() {
    std::vector<ObjectKey> keys;
    for (const auto& role : controller_.informer<ClusterRole>().list())
      if (role->has_aggregationrule()) keys.push_back({"", role->metadata().name()});
    return keys;
  }

  Outcome reconcile(const ClusterRole& role) {
    if (!role.has_aggregationrule()) return Outcome::done();
    auto rules = aggregate(role, controller_.informer<ClusterRole>().list());
    if (!rules.ok()) return Outcome::terminal(rules.status());
    if (same_rules(*rules, role.rules())) return Outcome::done();
    ClusterRole next = role;
    *next.mutable_rules() = std::move(*rules);
    return controller_.client().update(next).status();
  }

  Controller controller_{context(), "clusterrole-aggregation"};
};

}  // namespace kubus::clusterrole_aggregation

KUBUS_PLUGIN(kubus::clusterrole_aggregation::AggregationPlugin)
