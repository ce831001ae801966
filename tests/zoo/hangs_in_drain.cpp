#include <kubus/plugin.h>
#include <unistd.h>

namespace {

class Hangs : public kubus::Plugin {
 public:
  using Plugin::Plugin;
  kubus::Status start() override { return {}; }
  void drain() override {
    for (;;) ::pause();
  }
};

}  // namespace

KUBUS_PLUGIN(Hangs)
