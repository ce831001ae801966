#include <kubus/controller.h>
#include <kubus/plugin.h>

#include <fstream>
#include <sstream>

#include "defaults.h"

namespace kubus::serviceaccount {

class ServiceAccountPlugin : public Plugin {
 public:
  using Plugin::Plugin;

  Status start() override {
    read_ca();
    watch_named<core_v1::ServiceAccount>(kAccount);
    if (!ca_.empty()) watch_named<core_v1::ConfigMap>(kRootCa);
    return controller_.reconcile<core_v1::Namespace>(
        [this](const core_v1::Namespace& ns) { return reconcile(ns); });
  }

 private:
  void read_ca() {
    const std::string path = context().config().string("ca_file");
    if (path.empty()) {
      context().log().info("no ca_file is set: namespaces get no kube-root-ca.crt");
      return;
    }
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    ca_ = text.str();
    if (ca_.empty()) {
      context().log().warn(
          "the ca_file cannot be read or is empty: namespaces get no kube-root-ca.crt until the "
          "plugin is reloaded",
          {{"path", path}});
    }
  }

  // Changes of the object of that name lead to its namespace; others are not even cached.
  template <class T>
  void watch_named(const char* name) {
    InformerOptions options;
    options.field_selector = std::string("metadata.name=") + name;
    controller_.watch<T>(
        [](const T& object) {
          return std::vector<ObjectKey>{{"", object.metadata().namespace_()}};
        },
        options);
  }

  Outcome reconcile(const core_v1::Namespace& ns) {
    if (!is_active(ns)) return Outcome::done();
    const std::string& name = ns.metadata().name();
    if (!controller_.informer<core_v1::ServiceAccount>().get({name, kAccount})) {
      Status made = controller_.client().create(account_for(ns)).status();
      if (!is_settled(made)) return made;
    }
    return ca_.empty() ? Status() : keep_root_ca(ns);
  }

  Status keep_root_ca(const core_v1::Namespace& ns) {
    const auto map =
        controller_.informer<core_v1::ConfigMap>().get({ns.metadata().name(), kRootCa});
    if (map && is_current(*map, ca_)) return {};
    Status written = map ? controller_.client().update(corrected(*map, ca_)).status()
                         : controller_.client().create(root_ca_for(ns, ca_)).status();
    return is_settled(written) ? Status() : written;
  }

  std::string ca_;
  Controller controller_{context(), "serviceaccount"};
};

}  // namespace kubus::serviceaccount

KUBUS_PLUGIN(kubus::serviceaccount::ServiceAccountPlugin)
