#include <k8s/apps/v1/replica_set.pb.h>
#include <k8s/core/v1/pod.pb.h>
#include <kubus/controller.h>
#include <kubus/plugin.h>
#include <kubus/replica_reconciler.h>

namespace kubus::replicaset {

struct Shape {
  static Result<LabelMatcher> selector(const apps_v1::ReplicaSet& set) {
    return LabelMatcher::make(set.spec().selector());
  }
};

class ReplicaSetPlugin : public Plugin {
 public:
  using Plugin::Plugin;

  Status start() override {
    controller_.workers(4).owns<core_v1::Pod>();
    controller_.watch<core_v1::Pod>(
        [this](const core_v1::Pod& pod) { return reconciler_.adopters(pod); });
    return controller_.reconcile<apps_v1::ReplicaSet>(
        [this](const apps_v1::ReplicaSet& set) { return reconciler_.reconcile(set); });
  }

 private:
  Controller controller_{context(), "replicaset"};
  ReplicaReconciler<apps_v1::ReplicaSet, Shape> reconciler_{
      context(), "replicaset-controller", controller_.informer<core_v1::Pod>(),
      controller_.informer<apps_v1::ReplicaSet>()};
};

}  // namespace kubus::replicaset

KUBUS_PLUGIN(kubus::replicaset::ReplicaSetPlugin)
