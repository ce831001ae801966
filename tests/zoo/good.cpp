// The good one: answers calls, says which version it is, takes new configuration.
#include <kubus/plugin.h>

namespace {

class Good : public kubus::Plugin {
 public:
  using Plugin::Plugin;

  kubus::Status start() override {
    kubus::bus::Service service;
    service.method("Version",
                   [](const kubus::bus::Caller&, kubus::Bytes, kubus::bus::Responder responder) {
                     responder.reply(kubus::Bytes(std::string(ZOO_VERSION)));
                   });
    service.method(
        "Word", [this](const kubus::bus::Caller&, kubus::Bytes, kubus::bus::Responder responder) {
          responder.reply(kubus::Bytes(context().config().string("word")));
        });
    // Answered by a worker, a little later: still to be answered when a drain comes.
    service.method("Slow", [this](const kubus::bus::Caller&, kubus::Bytes body,
                                  kubus::bus::Responder responder) {
      auto shared = std::make_shared<kubus::bus::Responder>(std::move(responder));
      context()
          .loop()
          .after(std::chrono::milliseconds(20), [shared, body] { shared->reply(body); })
          .detach();
    });
    return context().server().serve("zoo.good.v1", std::move(service));
  }
};

}  // namespace

KUBUS_PLUGIN(Good)
