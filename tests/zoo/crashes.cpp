#include <kubus/plugin.h>

namespace {

class Crashes : public kubus::Plugin {
 public:
  using Plugin::Plugin;
  kubus::Status start() override {
    // Soon after it was ready, as real ones do.
    context()
        .loop()
        .after(std::chrono::milliseconds(50),
               [] {
                 volatile int* nowhere = nullptr;
                 *nowhere = 1;
               })
        .detach();
    return {};
  }
};

}  // namespace

KUBUS_PLUGIN(Crashes)
