#include <k8s/core/v1/pod.pb.h>
#include <k8s/core/v1/replication_controller.pb.h>
#include <kubus/controller.h>
#include <kubus/plugin.h>
#include <kubus/replica_reconciler.h>

namespace kubus::replicationcontroller {

struct Shape {
  static Result<LabelMatcher> selector(const core_v1::ReplicationController& controller) {
    const auto& labels = controller.spec().selector();
    return LabelMatcher::from_map({labels.begin(), labels.end()});
  }
};

class ReplicationControllerPlugin : public Plugin {
 public:
  using Plugin::Plugin;

  Status start() override {
    controller_.workers(2).owns<core_v1::Pod>();
    controller_.watch<core_v1::Pod>(
        [this](const core_v1::Pod& pod) { return reconciler_.adopters(pod); });
    return controller_.reconcile<core_v1::ReplicationController>(
        [this](const core_v1::ReplicationController& object) {
          return reconciler_.reconcile(object);
        });
  }

 private:
  Controller controller_{context(), "replicationcontroller"};
  ReplicaReconciler<core_v1::ReplicationController, Shape> reconciler_{
      context(), "replication-controller", controller_.informer<core_v1::Pod>(),
      controller_.informer<core_v1::ReplicationController>()};
};

}  // namespace kubus::replicationcontroller

KUBUS_PLUGIN(kubus::replicationcontroller::ReplicationControllerPlugin)
