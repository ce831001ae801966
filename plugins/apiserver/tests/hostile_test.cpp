// Clients that send what nobody should, or read nothing: each gets a clear answer or is cut off,
// nobody else notices, and nothing of them stays.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <random>
#include <vector>

#include "tests/https_fixture.h"

namespace kubus::apiserver {
namespace {

using kubus::testing::eventually;
using ::testing::AnyOf;
using ::testing::HasSubstr;

class HostileTest : public HttpsTest {
 protected:
  static constexpr const char* kConfigMaps = "/api/v1/namespaces/default/configmaps";

  boost::asio::ip::tcp::socket raw_connection() {
    boost::asio::ip::tcp::socket socket(io_);
    socket.connect({boost::asio::ip::address_v4::loopback(), https_port()});
    return socket;
  }
  // Sends `bytes` without any TLS and waits until the server has closed.
  void send_raw(const std::string& bytes) {
    auto socket = raw_connection();
    boost::system::error_code error;
    boost::asio::write(socket, boost::asio::buffer(bytes), error);
    socket.shutdown(boost::asio::socket_base::shutdown_send, error);
    std::string answer;
    boost::asio::read(socket, boost::asio::dynamic_buffer(answer), error);
  }
  static std::string random_bytes(std::size_t size, unsigned seed) {
    std::mt19937 random(seed);
    std::string bytes(size, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random());
    return bytes;
  }

  boost::asio::io_context io_;
};

TEST_F(HostileTest, RandomBytesAreNoTls) {
  send_raw("");  // io_ has its own descriptors from now on
  const auto before = open_descriptors();
  for (unsigned seed = 0; seed < 50; ++seed) send_raw(random_bytes(seed * 100, seed));
  // What looks like a record of TLS, of each type, with nonsense in it.
  for (int type = 20; type < 25; ++type)
    send_raw(std::string{static_cast<char>(type), 3, 3, 0x20, 0} + random_bytes(0x2000, 1));
  expect_served();
  EXPECT_TRUE(eventually([&] { return open_descriptors() <= before; }));
}

TEST_F(HostileTest, RandomBytesInsideTlsAreNoHttp) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    auto client = connect_as_nobody();
    client->send(random_bytes(1000, seed) + "\r\n\r\n");
    EXPECT_THAT(client->rest(), HasSubstr(" 400 Bad Request"));
  }
  expect_served();
}

TEST_F(HostileTest, WhatIsTooLargeIsRefused) {
  auto client = connect();
  client->send("POST " + std::string(kConfigMaps) +
               " HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n");
  const auto declared = client->rest();
  EXPECT_EQ(status(declared), 413);
  EXPECT_THAT(declared, HasSubstr(R"("reason":"RequestEntityTooLarge")"));
  client = connect();
  boost::system::error_code ignored;
  boost::asio::write(*client->stream,
                     boost::asio::buffer("GET / HTTP/1.1\r\nX: " + std::string(70'000, 'x')),
                     ignored);
  EXPECT_EQ(status(client->rest()), 431);
  expect_served();
}

// Its body would take a part of what all have together.
TEST_F(HostileTest, WhoMayNotIsAnsweredBeforeTheBody) {
  const auto ask = [](testing::TlsClient& client, const std::string& field) {
    client.send("POST " + std::string(kConfigMaps) + " HTTP/1.1\r\nHost: x\r\n" + field +
                "Content-Type: application/json\r\nContent-Length: 2000000\r\n\r\n");
  };
  auto nobody = connect_as_nobody();
  ask(*nobody, "");
  const auto forbidden = nobody->rest();
  EXPECT_EQ(status(forbidden), 403);
  EXPECT_THAT(forbidden, HasSubstr("cannot create resource"));
  nobody = connect_as_nobody();
  ask(*nobody, "Authorization: Bearer nonsense\r\n");
  EXPECT_EQ(status(nobody->rest()), 401);
  nobody = connect_as_nobody();
  ask(*nobody, "Impersonate-User: jane\r\n");
  EXPECT_THAT(nobody->rest(), HasSubstr("cannot impersonate resource"));
  auto somebody = connect();
  ask(*somebody, "Impersonate-User: jane\r\n");
  EXPECT_THAT(somebody->rest(), HasSubstr(R"(User \"jane\" cannot create resource)"));
  somebody = connect();
  ask(*somebody, "Expect: 100-continue\r\n");
  EXPECT_NO_THROW(somebody->until("100 Continue\r\n\r\n"));
  expect_served();
}

TEST_F(HostileTest, ConnectionsCutInTheMiddleLeaveNothing) {
  const auto before = open_descriptors();
  for (int i = 0; i < 50; ++i) {
    auto client = connect();
    client->send("POST " + std::string(kConfigMaps) +
                 " HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" +
                 std::string(static_cast<std::size_t>(i), '{'));
    client->stream->next_layer().close();
  }
  EXPECT_TRUE(eventually([&] { return open_descriptors() <= before; }));
  expect_served();
}

TEST_F(HostileTest, ManyIdleConnectionsDisturbNobody) {
  constexpr std::size_t kConnections = 1000;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max < 3 * kConnections) GTEST_SKIP() << "too few descriptors are allowed";
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  const auto before = open_descriptors();
  const auto memory = resident_bytes();
  {
    std::vector<std::unique_ptr<Client>> idle;
    for (std::size_t i = 0; i < kConnections; ++i) idle.push_back(connect_as_nobody());
    expect_served();
    // Both ends of each are in this process.
    if (!testing::kInstrumented) {
      EXPECT_LT(resident_bytes() - memory, kConnections * 256 * 1024);
    }
  }
  EXPECT_TRUE(eventually([&] { return open_descriptors() <= before; }));
}

std::string nested(const std::string& open, const std::string& inner, const std::string& close,
                   std::size_t depth) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += open;
  text += inner;
  for (std::size_t i = 0; i < depth; ++i) text += close;
  return text;
}

TEST_F(HostileTest, DeepNestingIsRefused) {
  constexpr std::size_t kDepth = 200'000;
  const auto list = nested("[", "", "]", kDepth);
  const auto object = nested(R"({"a":)", "1", "}", kDepth);
  const auto schema = nested(R"({"not":)", "{}", "}", kDepth);
  const struct {
    std::string method, path, body, type;
  } cases[] = {
      {"POST", kConfigMaps, list, "application/json"},
      {"POST", kConfigMaps, R"({"data":)" + object + "}", "application/json"},
      {"POST", kConfigMaps, R"({"unknown":)" + object + "}", "application/json"},
      {"POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
       R"({"spec":{"versions":[{"name":"v1","schema":{"openAPIV3Schema":)" + schema + "}}]}}",
       "application/json"},
      {"POST", kConfigMaps, nested("[", "", "]", kDepth), "application/yaml"},
      {"POST", kConfigMaps, nested("- ", "a", "", kDepth), "application/yaml"},
      {"POST", kConfigMaps, "k8s" + std::string(1, '\0') + nested("\x12\x7f", "", "", kDepth),
       "application/vnd.kubernetes.protobuf"},
      {"PATCH", "/api/v1/namespaces/default", object, "application/merge-patch+json"},
      {"PATCH", "/api/v1/namespaces/default", object, "application/strategic-merge-patch+json"},
      {"PATCH", "/api/v1/namespaces/default", list, "application/json-patch+json"},
      {"PATCH", "/api/v1/namespaces/default",
       R"([{"op":"add","path":"/metadata/labels","value":)" + object + "}]",
       "application/json-patch+json"},
  };
  for (const auto& one : cases) {
    const auto answer = exchange(one.method, one.path, one.body, one.type);
    EXPECT_THAT(status(answer), AnyOf(400, 422)) << one.type << answer.substr(0, 500);
    EXPECT_LT(answer.size(), 100'000u);
  }
  expect_served();
}

TEST_F(HostileTest, TextThatUnfoldsIsRefused) {
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 12; ++i) {
    const auto name = "a" + std::to_string(i), before = "*a" + std::to_string(i - 1);
    bomb += name + ": &" + name + " [";
    for (int j = 0; j < 10; ++j) bomb += (j > 0 ? "," : "") + before;
    bomb += "]\n";
  }
  const auto memory = resident_bytes();
  EXPECT_EQ(status(exchange("POST", kConfigMaps, bomb, "application/yaml")), 400);
  EXPECT_LT(resident_bytes(), memory + (100U << 20));
  expect_served();
}

TEST_F(HostileTest, TextThatIsNoneIsRefusedOrKeptAsWhatItIs) {
  const auto map = [](const std::string& name, const std::string& data) {
    return R"({"metadata":{"name":")" + name + R"("},"data":)" + data + "}";
  };
  const auto post = [&](const std::string& body, const std::string& query = "") {
    return exchange("POST", kConfigMaps + query, body);
  };
  EXPECT_EQ(status(post(map(std::string("n\0ul", 4), "{}"))), 400);
  EXPECT_EQ(status(post(map(R"(n\u0000ul)", "{}"))), 422);
  EXPECT_EQ(status(post(std::string(1000, '\0'))), 400);
  // As Go reads it: what is no UTF-8 becomes the replacement character.
  EXPECT_THAT(post(map("latin", "{\"k\":\"a\xE9z\"}")), HasSubstr("a\xEF\xBF\xBDz"));
  const auto twice = R"({"k":"1","k":"2"})";
  EXPECT_THAT(post(map("twice", twice), "?fieldValidation=Strict"),
              HasSubstr(R"(duplicate field \"data.k\")"));
  EXPECT_THAT(post(map("twice", twice)), HasSubstr(R"("k":"2")"));
  expect_served();
}

TEST_F(HostileTest, PathsLeadNowhereElse) {
  const struct {
    const char* target;
    int status;
  } cases[] = {
      {"/api/v1/namespaces/default/configmaps/..%2f..%2fkube-system", 404},
      {"/api/v1/namespaces/default/configmaps/%00", 404},
      {"/api/v1/namespaces/default/configmaps/%", 400},
      {"/api/v1/namespaces/default/configmaps/%zz", 400},
      {"/api/v1/namespaces/../../../etc/passwd", 404},
      {"/openapi/v3/../../../etc/passwd", 404},
      {"/api/v1/namespaces/default/configmaps/a/b/c/d/e", 404},
      {"/apis/x/y/z", 404},
      {"/..", 404},
      {"/nonsense", 404},
      {"*", 404},
  };
  for (const auto& one : cases)
    EXPECT_EQ(status(exchange("GET", one.target)), one.status) << one.target;
  EXPECT_EQ(status(exchange("GET", "/" + std::string(60'000, '/'))), 404);
  expect_served();
}

TEST_F(HostileTest, HugeSelectorsAreAnsweredOrRefused) {
  std::string values;
  for (int i = 0; i < 5000; ++i) values += (i > 0 ? ",v" : "v") + std::to_string(i);
  std::string terms;
  for (int i = 0; i < 5000; ++i) terms += (i > 0 ? ",k" : "k") + std::to_string(i);
  for (const auto& selector : {"a+in+(" + values + ")", terms, std::string(60'000, '('),
                               std::string(60'000, '!'), std::string(60'000, ',')})
    EXPECT_THAT(status(exchange("GET", std::string(kConfigMaps) + "?labelSelector=" + selector)),
                AnyOf(200, 400))
        << selector.substr(0, 20);
  expect_served();
}

TEST_F(HostileTest, TimeoutsOfTheClientAreRead) {
  const auto bad = exchange("GET", std::string(kConfigMaps) + "?timeout=soon");
  EXPECT_EQ(status(bad), 400);
  EXPECT_THAT(bad, HasSubstr("invalid timeout specified in the request URL - "));
  for (const char* time : {"30s", "0", "-1s", "2000000h"})
    EXPECT_EQ(status(exchange("GET", std::string(kConfigMaps) + "?timeout=" + time)), 200) << time;
}

TEST_F(HostileTest, ReadersThatReadNothingCostLittleAndDisturbNobody) {
  constexpr int kMaps = 20, kReaders = 20;
  const std::string value(500'000, 'v');
  const auto write = [&](int i, const std::string& text) {
    return call("update", "/configmaps", "default", "large-" + std::to_string(i),
                R"({"metadata":{"name":"large-)" + std::to_string(i) + R"("},"data":{"k":")" +
                    text + "\"}}");
  };
  for (int i = 0; i < kMaps; ++i) ASSERT_EQ(config_map("large-" + std::to_string(i), "").code, 201);
  for (int i = 0; i < kMaps; ++i) ASSERT_EQ(write(i, value).code, 200);
  const auto before = open_descriptors();
  const auto memory = resident_bytes();
  {
    std::vector<std::unique_ptr<Client>> readers;
    for (int i = 0; i < kReaders; ++i) {
      const auto client = readers.emplace_back(connect()).get();
      client->send("GET " + std::string(kConfigMaps) + (i % 2 ? "?watch=1" : "") +
                   " HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    for (int i = 0; i < kMaps; ++i) ASSERT_EQ(write(i, value + "w").code, 200);
    expect_served();
    // 10 MB of objects, before and after; 200 MB if each reader had its own.
    EXPECT_LT(resident_bytes(), memory + (100U << 20));
  }
  EXPECT_TRUE(eventually([&] { return open_descriptors() <= before; }));
  for (int i = 0; i < kMaps; ++i)
    call("delete", "/configmaps", "default", "large-" + std::to_string(i));
}

}  // namespace
}  // namespace kubus::apiserver
