#include <kubus/controller.h>
#include <kubus/plugin.h>

#include "account.h"
#include "counter.h"

namespace kubus::resourcequota {

class ResourceQuotaPlugin : public Plugin {
 public:
  using Plugin::Plugin;

  Status start() override {
    counter_.start();
    return controller_.reconcile_key<core_v1::ResourceQuota>(
        [this](const ObjectKey& key) { return reconcile(key); });
  }

 private:
  Outcome reconcile(const ObjectKey& key) {
    const auto quota = controller_.informer<core_v1::ResourceQuota>().get(key);
    if (!quota) {
      counter_.forget(key);
      return Outcome::done();
    }
    const auto used = counter_.count(*quota);
    if (!used.ok()) return used.status();
    if (!*used) return Outcome::done();
    const auto wanted = reckoned(*quota, **used);
    if (same_content(wanted.status(), quota->status())) return Outcome::done();
    const auto stored = controller_.client().update_status(wanted);
    if (stored.code() == Code::kNotFound) return Outcome::done();
    if (!stored.ok()) return stored.status();
    counter_.written(*quota, resource_version_of(*stored));
    return Outcome::done();
  }

  Controller controller_{context(), "resourcequota"};
  Counter counter_{context(), [this](const ObjectKey& quota) { controller_.enqueue(quota); }};
};

}  // namespace kubus::resourcequota

KUBUS_PLUGIN(kubus::resourcequota::ResourceQuotaPlugin)
