// Does nothing: what matters is its manifest.
#include <kubus/plugin.h>

namespace {

class Idle : public kubus::Plugin {
 public:
  using Plugin::Plugin;
  kubus::Status start() override { return {}; }
};

}  // namespace

KUBUS_PLUGIN(Idle)
