#include <kubus/controller.h>
#include <kubus/plugin.h>
#include <kubus/service_pods.h>
#include <kubus/status_cause.h>
#include <kubus/trigger_time.h>

#include "subsets.h"

namespace kubus::endpoints {

class EndpointsPlugin : public Plugin {
 public:
  using Plugin::Plugin;

  Status start() override {
    controller_.workers(4).watch<core_v1::Endpoints>([](const core_v1::Endpoints& endpoints) {
      return std::vector<ObjectKey>{key_of(endpoints)};
    });
    pods_.on_change([this](const auto& old, const auto& now) { pod_changed(old, now); });
    return controller_.reconcile_key<core_v1::Service>(
        [this](const ObjectKey& key) { return reconcile(key); });
  }

 private:
  void pod_changed(const PodPtr& old, const PodPtr& now) {
    for (const auto& service : services_.list((now ? now : old)->metadata().namespace_())) {
      if ((old && selects(*service, *old)) || (now && selects(*service, *now)))
        controller_.enqueue(key_of(*service));
    }
  }

  Outcome reconcile(const ObjectKey& key) {
    const auto service = services_.get(key);
    const auto current = endpoints_.get(key);
    if (!service) {
      triggers_.forget(key);
      return current ? remove(*current) : Status();
    }
    if (!is_selecting(*service) || is_deleting(*service)) return Outcome::done();
    const core_v1::Endpoints& before = current ? *current : core_v1::Endpoints::default_instance();
    const auto pods = pods_.list(key.ns);
    auto wanted = wanted_endpoints(*service, pods, before);
    const auto trigger = triggers_.next(*service, pods);
    if (current && same_content(wanted, before)) return Outcome::done();
    TriggerTimes::note(trigger, *wanted.mutable_metadata());
    if (!current) return unless_moot(controller_.client().create(wanted).status());
    return controller_.client().update(wanted).status();
  }

  // Endpoints without a service that somebody else made are none of ours.
  Status remove(const core_v1::Endpoints& endpoints) {
    const auto& labels = endpoints.metadata().labels();
    const auto manager = labels.find(kManagedBy);
    if (manager == labels.end() || manager->second != kManager) return {};
    DeleteOptions options;
    options.uid = endpoints.metadata().uid();
    Status gone = controller_.client().remove<core_v1::Endpoints>(key_of(endpoints), options);
    return gone.code() == Code::kNotFound ? Status() : gone;
  }

  // Nothing can be made in a namespace that ends; its end removes the service as well.
  static Status unless_moot(const Status& status) {
    return has_cause(status, kNamespaceTerminating) ? Status() : status;
  }

  TriggerTimes triggers_;
  Controller controller_{context(), "endpoints"};
  Informer<core_v1::Pod>& pods_ = controller_.informer<core_v1::Pod>();
  Informer<core_v1::Service>& services_ = controller_.informer<core_v1::Service>();
  Informer<core_v1::Endpoints>& endpoints_ = controller_.informer<core_v1::Endpoints>();
};

}  // namespace kubus::endpoints

KUBUS_PLUGIN(kubus::endpoints::EndpointsPlugin)
