#include <kubus/plugin.h>

#include "collector.h"

namespace kubus::gc {

class GarbageCollectorPlugin : public Plugin {
 public:
  using Plugin::Plugin;

  Status start() override {
    collector_.start();
    return {};
  }

 private:
  Collector collector_{context()};
};

}  // namespace kubus::gc

KUBUS_PLUGIN(kubus::gc::GarbageCollectorPlugin)
