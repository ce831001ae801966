// Requests that keep a thread busy for long: whoever asks for little is served meanwhile, over
// HTTPS and over the bus, and a server that is told to end does so.
#include <gmock/gmock.h>

#include <atomic>
#include <list>
#include <memory>
#include <thread>
#include <vector>

#include "tests/https_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::AnyOf;

constexpr const char* kConfigMaps = "/api/v1/namespaces/default/configmaps";
constexpr const char* kPolicies = "admissionregistration.k8s.io/validatingadmissionpolicies";
constexpr const char* kBindings = "admissionregistration.k8s.io/validatingadmissionpolicybindings";

class EffortTest : public HttpsTest {
 protected:
  static constexpr int kClients = 6;

  void SetUp() override {
    HttpsTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_EQ(config_map("shared").code, 201);
    make_policy("configmaps", R"(CREATE","UPDATE)");
    const auto bound = create(kBindings, "",
                              R"({"metadata":{"name":"dear"},"spec":{"policyName":"dear",)"
                              R"("validationActions":["Warn"]}})");
    ASSERT_EQ(bound.code, 201) << bound.body;
  }
  void TearDown() override {
    call("delete", kBindings, "", "dear");
    call("delete", kPolicies, "", "dear");
    call("deletecollection", "/configmaps", "default", "");
  }

  static void make_policy(const std::string& resource, const std::string& operations) {
    call("delete", kPolicies, "", "dear");
    std::string numbers;
    for (int i = 0; i < 50; ++i) numbers += (i > 0 ? "," : "") + std::to_string(i);
    const auto made = create(
        kPolicies, "",
        R"({"metadata":{"name":"dear"},"spec":{"matchConstraints":{"resourceRules":[{)"
        R"("apiGroups":[""],"apiVersions":["v1"],"operations":[")" +
            operations + R"("],"resources":[")" + resource +
            R"("]}]},"variables":[{"name":"l","expression":"[)" + numbers +
            R"x(]"}],"validations":[{"expression":"variables.l.all(x, variables.l.all(y, )x"
            R"x(variables.l.all(z, x + y + z >= 0)))"}]}})x");
    ASSERT_EQ(made.code, 201) << made.body;
  }
  void create_map(int i) {
    answered(exchange("POST", kConfigMaps,
                      R"({"metadata":{"name":"m)" + std::to_string(i) + "\"}}"));
  }
  void change_shared(int i) {
    answered(exchange("PATCH", std::string(kConfigMaps) + "/shared",
                      R"({"data":{"a)" + std::to_string(i) + R"(":"b"}})",
                      "application/merge-patch+json"));
  }
  // All at once, each in a thread of its own.
  template <class Request>
  void begin(Request request) {
    for (int i = 0; i < kClients; ++i) clients_.emplace_back([request, i] { request(i); });
  }
  void end() {
    for (auto& client : clients_) client.join();
    clients_.clear();
  }
  // How often somebody else is answered until all of them are.
  int rounds_meanwhile() {
    auto client = connect();
    int rounds = 0;
    for (; answered_ < kClients; ++rounds) {
      client->send("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n");
      client->until("\r\n\r\nok");
      EXPECT_EQ(get("/namespaces", "", "default").code, 200);
    }
    end();
    return rounds;
  }
  void answered(const std::string& answer) {
    if (status(answer) / 100 == 2) ++succeeded_;
    ++answered_;
  }

  std::atomic<int> answered_{0}, succeeded_{0};
  std::list<std::thread> clients_;
};

// Where one thread did it all, each of them would let pass one other at most.
TEST_F(EffortTest, CreationsKeepNobodyWaiting) {
  begin([this](int i) { create_map(i); });
  EXPECT_GT(rounds_meanwhile(), 4 * kClients);
  EXPECT_EQ(succeeded_, kClients);
}

// What was quick stays so for others.
TEST_F(EffortTest, OthersAreNotJudgedByThem) {
  if (testing::kInstrumented) GTEST_SKIP() << "under a sanitizer nothing is quick";
  begin([this](int i) { create_map(i); });
  int made = 0;
  for (; answered_ < kClients; ++made)
    EXPECT_EQ(create("/secrets", "default", R"({"metadata":{"generateName":"s"}})").code, 201);
  end();
  EXPECT_GT(made, kClients);
  EXPECT_EQ(call("deletecollection", "/secrets", "default", "").code, 200);
}

// Connections are admitted, too.
TEST_F(EffortTest, ConnectionsKeepNobodyWaiting) {
  make_policy("services/proxy", "CONNECT");
  begin([this](int) {
    answered(exchange("GET", "/api/v1/namespaces/default/services/none/proxy/"));
  });
  EXPECT_GT(rounds_meanwhile(), 2 * kClients);
  EXPECT_EQ(succeeded_, 0);
}

// All of them leave remarks on one request.
TEST_F(EffortTest, CollectionsAreDeletedBesideThem) {
  for (int i = 0; i < 40; ++i)
    ASSERT_EQ(create("/secrets", "default", R"({"metadata":{"generateName":"s"}})").code, 201);
  begin([this](int i) { create_map(i); });
  EXPECT_EQ(call("deletecollection", "/secrets", "default", "").code, 200);
  EXPECT_LT(answered_, kClients);
  end();
  make_policy("secrets", "DELETE");
  for (int i = 0; i < 12; ++i)
    ASSERT_EQ(create("/secrets", "default", R"({"metadata":{"generateName":"s"}})").code, 201);
  EXPECT_EQ(call("deletecollection", "/secrets", "default", "").code, 200);
  EXPECT_EQ(call("list", "/secrets", "default", "").at("items"), "[]");
}

// They are in each other's way, so that most are tried more than once.
TEST_F(EffortTest, ChangesOfOneObjectKeepNobodyWaiting) {
  begin([this](int i) { change_shared(i); });
  EXPECT_GT(rounds_meanwhile(), 4 * kClients);
  EXPECT_EQ(succeeded_, kClients);
  for (int i = 0; i < kClients; ++i)
    EXPECT_EQ(get("/configmaps", "default", "shared").at("data.a" + std::to_string(i)), "b");
}

TEST_F(EffortTest, TheEndLosesNobody) {
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < kClients; ++i) {
    const auto body = R"({"metadata":{"name":"m)" + std::to_string(i) + "\"}}";
    clients.push_back(connect());
    clients.back()->send("POST " + std::string(kConfigMaps) +
                         " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                         "Content-Length: " +
                         std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  restart_server();
  int made = 0;
  for (const auto& client : clients) {
    const auto answer = client->rest();
    if (answer.empty()) continue;
    EXPECT_THAT(status(answer), AnyOf(201, 500, 503)) << answer;
    made += status(answer) == 201;
  }
  const auto there = call("list", "/configmaps", "default", "").body;
  int found = 0;
  for (int i = 0; i < kClients; ++i)
    found += there.find("\"m" + std::to_string(i) + "\"") != std::string::npos;
  EXPECT_GE(found, made);
}

}  // namespace
}  // namespace kubus::apiserver
