// A complete controller: keeps the label "kept-by=label-keeper" on every ConfigMap.
#include <k8s/core/v1/config_map.pb.h>
#include <kubus/controller.h>
#include <kubus/plugin.h>

using ConfigMap = k8s::io::api::core::v1::ConfigMap;

class LabelKeeper : public kubus::Plugin {
 public:
  using Plugin::Plugin;

  kubus::Status start() override {
    return controller_.reconcile<ConfigMap>([this](const ConfigMap& map) -> kubus::Outcome {
      const auto label = map.metadata().labels().find("kept-by");
      if (label != map.metadata().labels().end() && label->second == "label-keeper")
        return kubus::Outcome::done();
      ConfigMap wanted = map;
      (*wanted.mutable_metadata()->mutable_labels())["kept-by"] = "label-keeper";
      return controller_.client().update(wanted).status();
    });
  }

 private:
  kubus::Controller controller_{context(), "label-keeper"};
};

KUBUS_PLUGIN(LabelKeeper)
