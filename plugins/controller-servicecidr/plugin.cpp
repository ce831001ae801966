#include <kubus/controller.h>
#include <kubus/finalizers.h>
#include <kubus/plugin.h>

#include <algorithm>

#include "ranges.h"

namespace kubus::servicecidr {

class ServiceCidrPlugin : public Plugin {
 public:
  using Plugin::Plugin;

  Status start() override {
    // One at a time: of two that have the same addresses one has to stay.
    controller_.workers(1).watch<IPAddress>([this](const IPAddress& address) {
      return leaving([&](const ServiceCIDR& range) {
        return contains(range, address.metadata().name());
      });
    });
    // Another range may have what one on its way out has.
    controller_.watch<ServiceCIDR>(
        [this](const ServiceCIDR&) { return leaving([](const ServiceCIDR&) { return true; }); });
    return controller_.reconcile<ServiceCIDR>(
        [this](const ServiceCIDR& range) { return reconcile(range); });
  }

 private:
  template <class Which>
  std::vector<ObjectKey> leaving(Which which) {
    std::vector<ObjectKey> keys;
    for (const auto& range : ranges_.list())
      if (is_deleting(*range) && which(*range)) keys.push_back(key_of(*range));
    return keys;
  }

  Outcome reconcile(const ServiceCIDR& range) {
    return end(is_deleting(range) ? let_go(range) : keep(range));
  }

  static Outcome end(const Status& status) {
    return status.code() == Code::kNotFound ? Outcome::done() : Outcome(status);
  }

  Status keep(const ServiceCIDR& range) {
    ServiceCIDR changed = range;
    if (!has_finalizer(range.metadata(), kFinalizer)) {
      changed.mutable_metadata()->add_finalizers(kFinalizer);
      auto stored = controller_.client().update(changed);
      if (!stored.ok()) return stored.status();
      changed = std::move(*stored);
    }
    if (!set_ready(changed)) return {};
    return controller_.client().update_status(changed).status();
  }

  Status let_go(const ServiceCIDR& range) {
    if (!has_finalizer(range.metadata(), kFinalizer)) return {};
    const auto used = is_used(range);
    if (!used.ok()) return used.status();
    ServiceCIDR changed = range;
    if (!*used) {
      remove_finalizer(*changed.mutable_metadata(), kFinalizer);
      return controller_.client().update(changed).status();
    }
    if (!set_terminating(changed)) return {};
    return controller_.client().update_status(changed).status();
  }

  // No address is taken from a range any more once the server has marked it, so what the server
  // has is the truth; the cache may not have it yet.
  Result<bool> is_used(const ServiceCIDR& range) {
    const auto all = ranges_.list();
    if (is_covered(range, all)) return false;
    const auto holds_it = [&](const IPAddress& address) { return holds(address, range, all); };
    for (const auto& address : controller_.informer<IPAddress>().list())
      if (holds_it(*address)) return true;
    ListOptions options;
    options.label_selector = kManaged;
    const auto stored = controller_.client().list<IPAddress>(options);
    if (!stored.ok()) return stored.status();
    return std::any_of(stored->begin(), stored->end(), holds_it);
  }

  Controller controller_{context(), "service-cidr-controller"};
  Informer<ServiceCIDR>& ranges_ = controller_.informer<ServiceCIDR>();
};

}  // namespace kubus::servicecidr

KUBUS_PLUGIN(kubus::servicecidr::ServiceCidrPlugin)
