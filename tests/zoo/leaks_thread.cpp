#include <kubus/plugin.h>
#include <unistd.h>

#include <thread>

namespace {

class LeaksThread : public kubus::Plugin {
 public:
  using Plugin::Plugin;
  kubus::Status start() override {
    std::thread([] {
      for (;;) ::pause();
    }).detach();
    return {};
  }
};

}  // namespace

KUBUS_PLUGIN(LeaksThread)
