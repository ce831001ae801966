// A client library that is not kubectl's, unmodified.
#include <filesystem>

#include "command.h"
#include "play.h"

namespace kubus::e2e {
namespace {

class ClientLibrary : public Play {
 protected:
  void SetUp() override {
    Play::SetUp();
    if (!IsSkipped() && !std::filesystem::exists(library_))
      GTEST_SKIP() << "packaging/clients could not fetch it";
  }
  std::string run(const std::string& program) const {
    return "CLIENT_NODE=" + library_ + " node " + testing::source_dir() + "/tests/e2e/client_node/" +
           program + " " + ns();
  }

 private:
  const std::string library_ =
      testing::source_dir() + "/build/clients/node/node_modules/@kubernetes/client-node";
};

TEST_F(ClientLibrary, OfJavaScriptDoesAllItCan) {
  play({
      {run("library.mjs"), R"(
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

TEST_F(ClientLibrary, OfJavaScriptReadsOverWebSocket) {
  play({
      {run("websockets.mjs"), R"(
watch
end
protobuf
nobody
forbidden
token
log
base64
no container
)"},
  });
}

TEST_F(ClientLibrary, OfJavaScriptElectsALeader) {
  play({
      {run("leases.mjs"), R"(
optimism
holder
exclusion
transitions
succession
)"},
  });
}

}  // namespace
}  // namespace kubus::e2e
