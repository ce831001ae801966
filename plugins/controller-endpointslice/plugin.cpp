#include <kubus/controller.h>
#include <kubus/plugin.h>
#include <kubus/service_pods.h>
#include <kubus/status_cause.h>
#include <kubus/trigger_time.h>

#include "slice_changes.h"

namespace kubus::endpointslice {

class EndpointSlicePlugin : public Plugin {
 public:
  using Plugin::Plugin;

  Status start() override {
    controller_.workers(4).owns<discovery_v1::EndpointSlice>();
    controller_.watch<discovery_v1::EndpointSlice>([](const discovery_v1::EndpointSlice& slice) {
      std::vector<ObjectKey> keys;
      const auto& labels = slice.metadata().labels();
      const auto manager = labels.find(kManagedBy);
      const auto name = labels.find(kServiceName);
      if (manager != labels.end() && manager->second == kManager && name != labels.end())
        keys.push_back({slice.metadata().namespace_(), name->second});
      return keys;
    });
    pods_.on_change([this](const auto& old, const auto& now) { pod_changed(old, now); });
    services_.on_change([this](const auto& old, const auto& now) {
      if (!now) triggers_.forget(key_of(*old));
    });
    return controller_.reconcile<core_v1::Service>(
        [this](const core_v1::Service& service) { return reconcile(service); });
  }

 private:
  void pod_changed(const PodPtr& old, const PodPtr& now) {
    if (old && now && !is_relevant_change(*old, *now)) return;
    for (const auto& service : services_.list((now ? now : old)->metadata().namespace_())) {
      if ((old && selects(*service, *old)) || (now && selects(*service, *now)))
        controller_.enqueue(key_of(*service));
    }
  }

  Outcome reconcile(const core_v1::Service& service) {
    if (!is_selecting(service)) return Outcome::done();
    const std::string& ns = service.metadata().namespace_();
    std::vector<SlicePtr> existing;
    for (auto& slice : slices_.list(ns))
      if (is_slice_of(service, *slice)) existing.push_back(std::move(slice));
    const auto pods = pods_.list(ns);
    const auto trigger = triggers_.next(service, pods);
    auto changes = slice_changes(service, wanted_groups(service, pods), existing);
    for (auto* written : {&changes.create, &changes.update})
      for (auto& slice : *written) TriggerTimes::note(trigger, *slice.mutable_metadata());
    for (const auto& slice : changes.create) {
      auto made = controller_.client().create(slice);
      if (!made.ok()) return unless_moot(made.status());
    }
    for (const auto& slice : changes.update) {
      if (auto written = controller_.client().update(slice); !written.ok()) return written.status();
    }
    for (const auto& slice : changes.remove) {
      Status gone = controller_.client().remove<discovery_v1::EndpointSlice>(key_of(*slice));
      if (!gone.ok() && gone.code() != Code::kNotFound) return gone;
    }
    return Outcome::done();
  }

  // Nothing can be made in a namespace that ends; its end removes the service as well.
  static Status unless_moot(const Status& status) {
    return has_cause(status, kNamespaceTerminating) ? Status() : status;
  }

  TriggerTimes triggers_;
  Controller controller_{context(), "endpointslice"};
  Informer<core_v1::Pod>& pods_ = controller_.informer<core_v1::Pod>();
  Informer<core_v1::Service>& services_ = controller_.informer<core_v1::Service>();
  Informer<discovery_v1::EndpointSlice>& slices_ =
      controller_.informer<discovery_v1::EndpointSlice>();
};

}  // namespace kubus::endpointslice

KUBUS_PLUGIN(kubus::endpointslice::EndpointSlicePlugin)
