#include <kubus/plugin.h>

namespace {

class Fails : public kubus::Plugin {
 public:
  using Plugin::Plugin;
  kubus::Status start() override { return {kubus::Code::kUnavailable, "the moon is not full"}; }
};

}  // namespace

KUBUS_PLUGIN(Fails)
