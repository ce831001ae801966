#include <kubus/plugin.h>
#include <sys/socket.h>

namespace {

class LeaksSocket : public kubus::Plugin {
 public:
  using Plugin::Plugin;
  kubus::Status start() override {
    if (::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) < 0)
      return {kubus::Code::kInternalError, "no socket"};
    // On the bus as well: a call that nobody answers and nobody takes back.
    context()
        .bus()
        .call("zoo.nobody.v1", "Nothing", {}, {}, [](const kubus::Result<kubus::Bytes>&) {})
        .detach();
    context().bus().subscribe("zoo.", {}).detach();
    return {};
  }
};

}  // namespace

KUBUS_PLUGIN(LeaksSocket)
