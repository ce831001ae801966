// Watches over WebSocket of a server that is started anew: with an audit log, and while it stops.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include "cache/json_scan.h"
#include "eventually.h"
#include "tests/own_plane.h"
#include "tests/websocket_steps.h"

namespace kubus::apiserver {
namespace {

using testing::eventually;
using testing::TlsClient;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class WebSocketRestartTest : public OwnPlaneTest {
 protected:
  std::unique_ptr<TlsClient> connect() const {
    const pki::Pair admin{read("admin.crt"), read("admin.key")};
    return std::make_unique<TlsClient>(plane_->https_port(), read("ca.crt"), &admin);
  }
  std::unique_ptr<TlsClient> watch(const std::string& query) const {
    auto client =
        upgrade(connect(), "/api/v1/namespaces/default/configmaps?watch=true" + query);
    EXPECT_THAT(client->until("\r\n\r\n"), HasSubstr("HTTP/1.1 101 "));
    return client;
  }
  void make(const std::string& name) {
    const auto body = R"({"metadata":{"name":")" + name + "\"}}";
    EXPECT_TRUE(request("create", "configmaps", "", body).ok());
  }
  void audit() {
    const auto policy = dir_.path() + "/policy.yaml";
    std::ofstream(policy) << "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n"
                             "- {level: Metadata, verbs: [watch], users: [kubernetes-admin]}\n";
    plane_->restart_apiserver({{"audit_policy_file", policy}, {"audit_log_path", log()}});
  }
  // The stages of the watches of the audit log, each with its code.
  std::vector<std::string> stages() const {
    std::vector<std::string> found;
    std::ifstream file(log());
    for (std::string line; std::getline(file, line);)
      found.push_back(json_text(json_at(line, "stage")) + " " +
                      json_text(json_at(line, "responseStatus.code")));
    return found;
  }

 private:
  std::string log() const { return dir_.path() + "/audit.log"; }
  std::string read(const std::string& name) const {
    std::ifstream file(plane_->cert_dir() + "/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

TEST_F(WebSocketRestartTest, ARevisionThatIsNotKeptIsAnEvent) {
  make("one");
  make("two");
  plane_->restart_apiserver();
  auto client = watch("&resourceVersion=1");
  EXPECT_THAT(next_event(*client, "ERROR"), HasSubstr(R"("code":410)"));
  EXPECT_EQ(next_message(*client), kClosed);
}

TEST_F(WebSocketRestartTest, AServerThatStopsCloses) {
  make("one");
  auto client = watch("");
  while (next_event(*client, "ADDED").find(R"("name":"one")") == std::string::npos) {
  }
  std::thread restart([&] { plane_->restart_apiserver(); });
  EXPECT_EQ(next_message(*client), kClosed);
  say_close(*client);
  EXPECT_EQ(client->rest(), "");
  restart.join();
}

TEST_F(WebSocketRestartTest, IsRecordedFromTheUpgradeToTheEnd) {
  audit();
  auto client = watch("&fieldSelector=metadata.name%3Done");
  EXPECT_TRUE(eventually([&] { return stages().size() == 2; }));
  make("one");
  next_event(*client, "ADDED");
  EXPECT_THAT(stages(), ElementsAre("RequestReceived ", "ResponseStarted 101"));
  say_close(*client);
  EXPECT_TRUE(eventually([&] { return stages().size() == 3; }));
  EXPECT_EQ(stages().back(), "ResponseComplete 101");
}

TEST_F(WebSocketRestartTest, AWatchThatIsRecordedSeesEventsOverHttpToo) {
  audit();
  auto client = connect();
  client->send(
      "GET /api/v1/namespaces/default/configmaps?watch=true&fieldSelector=metadata.name%3Done "
      "HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client->until("\r\n\r\n"), HasSubstr("HTTP/1.1 200 "));
  make("one");
  EXPECT_THAT(client->until("}}\n"), HasSubstr(R"({"type":"ADDED")"));
}

}  // namespace
}  // namespace kubus::apiserver
