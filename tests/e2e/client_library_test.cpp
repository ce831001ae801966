// A client library that is not kubectl's, unmodified.
#include <filesystem>

#include "command.h"
#include "play.h"

namespace kubus::e2e {
namespace {

class ClientLibrary : public Play {};

TEST_F(ClientLibrary, OfJavaScriptDoesAllItCan) {
  const auto source = testing::source_dir();
  const auto library = source + "/build/clients/node/node_modules/@kubernetes/client-node";
  if (!std::filesystem::exists(library)) GTEST_SKIP() << "packaging/clients has not fetched it";
  play({
      {"CLIENT_NODE=" + library + " node " + source + "/tests/e2e/client_node.mjs " + ns(), R"(
errors
patches
watches
informers
exec
log
attach
port-forward
)"},
  });
}

}  // namespace
}  // namespace kubus::e2e
