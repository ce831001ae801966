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
                 // Not the null pointer, which a sanitizer would see first.
                 auto* nowhere = reinterpret_cast<volatile int*>(16);
                 *nowhere = 1;
               })
        .detach();
    return {};
  }
};

}  // namespace

KUBUS_PLUGIN(Crashes)
