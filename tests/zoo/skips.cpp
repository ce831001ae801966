#include <kubus/plugin.h>

namespace {

class Skips : public kubus::Plugin {
 public:
  using Plugin::Plugin;
  kubus::Status start() override { return skip("this machine has no antenna"); }
};

}  // namespace

KUBUS_PLUGIN(Skips)
