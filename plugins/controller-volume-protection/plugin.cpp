#include <kubus/controller.h>
#include <kubus/plugin.h>

#include <algorithm>

#include "protection.h"

namespace kubus::protection {

using core_v1::PersistentVolume;
using core_v1::PersistentVolumeClaim;

class VolumeProtectionPlugin : public Plugin {
 public:
  using Plugin::Plugin;

  Status start() override {
    claims_.watch<core_v1::Pod>(claims_of);
    KUBUS_TRY(claims_.reconcile<PersistentVolumeClaim>(
        [this](const PersistentVolumeClaim& claim) { return reconcile(claim); }));
    return volumes_.reconcile<PersistentVolume>(
        [this](const PersistentVolume& volume) { return reconcile(volume); });
  }

 private:
  Outcome reconcile(const PersistentVolumeClaim& claim) {
    // Nobody is asked as long as there is nothing to free.
    const auto free = step_for(claim.metadata(), kClaim, false);
    if (free != Step::kRemove) return store(claims_, claim, free, kClaim);
    const auto used = is_used(claim);
    if (!used.ok()) return used.status();
    return *used ? Outcome::done() : store(claims_, claim, free, kClaim);
  }

  Outcome reconcile(const PersistentVolume& volume) {
    return store(volumes_, volume, step_for(volume.metadata(), kVolume, is_in_use(volume)),
                 kVolume);
  }

  Result<bool> is_used(const PersistentVolumeClaim& claim) {
    const auto& ns = claim.metadata().namespace_();
    for (const auto& pod : claims_.informer<core_v1::Pod>().list(ns))
      if (uses(*pod, claim)) return true;
    // A pod may have come to its node since the cache was told.
    ListOptions options;
    options.ns = ns;
    const auto pods = claims_.client().list<core_v1::Pod>(options);
    if (!pods.ok()) return pods.status();
    return std::any_of(pods->begin(), pods->end(),
                       [&](const core_v1::Pod& pod) { return uses(pod, claim); });
  }

  template <class T>
  static Outcome store(Controller& controller, const T& object, Step step, const char* finalizer) {
    if (step == Step::kNothing) return Outcome::done();
    T changed = object;
    take(step, *changed.mutable_metadata(), finalizer);
    Status stored = controller.client().update(changed).status();
    return stored.code() == Code::kNotFound ? Status() : stored;
  }

  Controller claims_{context(), "pvc-protection"};
  Controller volumes_{context(), "pv-protection"};
};

}  // namespace kubus::protection

KUBUS_PLUGIN(kubus::protection::VolumeProtectionPlugin)
