#include "kubus/plugin.h"

#include "server/api_server.h"

namespace {

class ApiServerPlugin : public kubus::Plugin {
 public:
  explicit ApiServerPlugin(kubus::Context& context)
      : Plugin(context), server_(context, [this] { ready(); }) {}

  kubus::Status start() override {
    auto status = server_.start();
    return status.ok() ? starting() : status;
  }
  void drain() override { server_.drain(); }

 private:
  kubus::apiserver::ApiServer server_;
};

}  // namespace

KUBUS_PLUGIN(ApiServerPlugin)
