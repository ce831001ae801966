#include <kubus/controller.h>
#include <kubus/plugin.h>
#include <kubus/workload.h>

#include "reconciler.h"

namespace kubus::deployment {

class DeploymentPlugin : public Plugin {
 public:
  using Plugin::Plugin;

  Status start() override {
    controller_.workers(4).owns<ReplicaSet>();
    controller_.watch<ReplicaSet>([this](const ReplicaSet& set) { return adopters(set); });
    controller_.informer<core_v1::Pod>().on_change(
        [this](const auto& old, const auto& now) { pod_changed(old.get(), now.get()); });
    return controller_.reconcile<Deployment>(
        [this](const Deployment& deployment) { return reconciler_.reconcile(deployment); });
  }

 private:
  // Those of the orphan's namespace whose selector matches it.
  std::vector<ObjectKey> adopters(const ReplicaSet& set) {
    std::vector<ObjectKey> keys;
    if (!controller_of(set).uid.empty()) return keys;
    for (const auto& deployment : deployments_.list(set.metadata().namespace_())) {
      auto matcher = LabelMatcher::make(deployment->spec().selector());
      if (matcher.ok() && !matcher->empty() && matcher->matches(set.metadata().labels()))
        keys.push_back(key_of(*deployment));
    }
    return keys;
  }

  // Recreate waits for the end of every old pod, which no ReplicaSet's status shows.
  void pod_changed(const core_v1::Pod* old, const core_v1::Pod* now) {
    if (!old || (now && now->status().phase() == old->status().phase())) return;
    const Owner owner = controller_of(*old);
    if (owner.kind != "ReplicaSet") return;
    const std::string& ns = old->metadata().namespace_();
    const auto set = sets_.get({ns, owner.name});
    if (!set) return;
    const Owner deployment = controller_of(*set);
    const auto found = deployments_.get({ns, deployment.name});
    if (found && found->metadata().uid() == deployment.uid && !is_rolling(*found))
      controller_.enqueue(key_of(*found));
  }

  Controller controller_{context(), "deployment"};
  Informer<ReplicaSet>& sets_{controller_.informer<ReplicaSet>()};
  Informer<Deployment>& deployments_{controller_.informer<Deployment>()};
  Reconciler reconciler_{context(), sets_, controller_.informer<core_v1::Pod>()};
};

}  // namespace kubus::deployment

KUBUS_PLUGIN(kubus::deployment::DeploymentPlugin)
