// Watches over WebSocket, and tokens in the names of its subprotocols, over HTTPS.
#include <gmock/gmock.h>

#include "kubus/api/base64.h"
#include "tests/acting_fixture.h"
#include "tests/websocket_steps.h"

namespace kubus::apiserver {
namespace {

using testing::Opcode;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Message = testing::WebSocketMessage;

constexpr const char* kWatchedMaps = "/api/v1/namespaces/default/configmaps";

class WebSocketWatchTest : public ActingTest {
 protected:
  // Asked for, and agreed to; `head` gets the answer.
  std::unique_ptr<Client> watch(const std::string& query, const std::string& fields = "",
                                std::string* head = nullptr) const {
    auto client = upgrade(connect(), std::string(kWatchedMaps) + "?watch=true" + query, fields);
    const auto answer = client->until("\r\n\r\n");
    EXPECT_EQ(status(answer), 101) << answer;
    if (head) *head = answer;
    return client;
  }
  static std::string one(const std::string& name) {
    return "&fieldSelector=metadata.name%3D" + name;
  }
  // The answer of those that are not agreed to.
  std::string refusal(const std::string& target, const std::string& fields = "") const {
    return exchange("GET", target, "", "", fields + testing::kUpgrade);
  }
  static std::string subprotocols(const std::string& names) {
    return "Sec-WebSocket-Protocol: " + names + "\r\n";
  }
};

TEST_F(WebSocketWatchTest, SendsEachEventAsAMessage) {
  ASSERT_EQ(config_map("ws-events").code, 201);
  std::string head;
  auto client = watch(one("ws-events"), "", &head);
  EXPECT_THAT(head, HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("Sec-WebSocket-Protocol")));
  EXPECT_THAT(next_event(*client, "ADDED"), HasSubstr(R"("name":"ws-events")"));
  const auto path = std::string(kWatchedMaps) + "/ws-events";
  ASSERT_EQ(as("", "PATCH", path, R"({"data":{"a":"b"}})").code, 200);
  EXPECT_THAT(next_event(*client, "MODIFIED"), HasSubstr(R"("data":{"a":"b"})"));
  ASSERT_EQ(as("", "DELETE", path).code, 200);
  next_event(*client, "DELETED");
}

TEST_F(WebSocketWatchTest, IsServedBelowTheOldPathToo) {
  ASSERT_EQ(config_map("ws-old").code, 201);
  auto client =
      upgrade(connect(), "/api/v1/watch/namespaces/default/configmaps?" + one("ws-old").substr(1));
  EXPECT_EQ(status(client->until("\r\n\r\n")), 101);
  next_event(*client, "ADDED");
}

TEST_F(WebSocketWatchTest, SendsBookmarks) {
  ASSERT_EQ(config_map("ws-bookmarks").code, 201);
  auto client = watch(
      "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true" +
      one("ws-bookmarks"));
  next_event(*client, "ADDED");
  EXPECT_THAT(next_event(*client, "BOOKMARK"), HasSubstr(R"("k8s.io/initial-events-end":"true")"));
}

TEST_F(WebSocketWatchTest, SendsTablesToThoseWhoWantThem) {
  ASSERT_EQ(config_map("ws-table").code, 201);
  auto client = watch(one("ws-table"), "Accept: application/json;as=Table;v=v1;g=meta.k8s.io\r\n");
  EXPECT_THAT(next_event(*client, "ADDED"), HasSubstr(R"("kind":"Table")"));
}

TEST_F(WebSocketWatchTest, SendsProtobufAsBytesWithoutALength) {
  ASSERT_EQ(config_map("ws-protobuf").code, 201);
  auto client = watch(one("ws-protobuf"), "Accept: application/vnd.kubernetes.protobuf\r\n");
  const auto message = next_message(*client);
  EXPECT_EQ(message.opcode, Opcode::kBinary);
  EXPECT_THAT(message.payload, StartsWith("\x0a\x05" "ADDED"));
  EXPECT_THAT(message.payload, HasSubstr(std::string("k8s\0", 4)));
}

TEST_F(WebSocketWatchTest, ClosesWhenItsTimeIsOver) {
  auto client = watch("&timeoutSeconds=1" + one("none"));
  EXPECT_EQ(next_message(*client), kClosed);
  say_close(*client);
  EXPECT_EQ(client->rest(), "");
}

TEST_F(WebSocketWatchTest, AnswersPings) {
  auto client = watch(one("none"));
  client->send(testing::client_frame("there?", Opcode::kPing));
  EXPECT_EQ(next_message(*client), (Message{Opcode::kPong, "there?"}));
}

TEST_F(WebSocketWatchTest, WhatIsRefusedIsSoBeforeTheUpgrade) {
  const auto watched = std::string(kWatchedMaps) + "?watch=true";
  const struct {
    std::string target, fields;
    int code;
    const char* says;
  } cases[] = {
      {watched, "Impersonate-User: ws-nobody\r\n", 403, R"("reason":"Forbidden")"},
      {watched + "&resourceVersion=x", "", 500, "resourceVersion: Invalid value"},
      {watched + "&resourceVersionMatch=Exact", "", 422, R"("reason":"Invalid")"},
      {"/api/v1/namespaces/default/nothings?watch=true", "", 404, R"("reason":"NotFound")"},
      {watched, subprotocols("one, two"), 400, "subprotocol"},
  };
  for (const auto& one : cases) {
    const auto answer = refusal(one.target, one.fields);
    EXPECT_EQ(status(answer), one.code) << answer;
    EXPECT_THAT(answer, HasSubstr(one.says));
  }
  const auto flawed = exchange("GET", watched, "", "",
                               "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                               "Sec-WebSocket-Version: 8\r\n");
  EXPECT_EQ(status(flawed), 400);
  EXPECT_THAT(flawed, HasSubstr("Sec-WebSocket-Version: 13\r\n"));
}

TEST_F(WebSocketWatchTest, AgreesToTheOneSubprotocolThatIsNamed) {
  std::string head;
  auto client = watch(one("none"), subprotocols("binary.k8s.io"), &head);
  EXPECT_THAT(head, HasSubstr(subprotocols("binary.k8s.io")));
}

TEST_F(WebSocketWatchTest, ClientsThatCloseOrVanishLeaveNothing) {
  watch(one("none"));
  std::size_t before = 0;
  EXPECT_TRUE(testing::eventually([&, last = std::size_t(0)]() mutable {
    before = open_descriptors();
    return std::exchange(last, before) == before;
  }));
  for (int i = 0; i < 20; ++i) {
    auto client = watch("");
    if (i % 2 == 0) continue;
    say_close(*client);
    while (next_message(*client).opcode != Opcode::kClose) {
    }
    EXPECT_EQ(client->rest(), "");
  }
  EXPECT_TRUE(testing::eventually([&] { return open_descriptors() <= before; }));
}

TEST_F(WebSocketWatchTest, WhoReadsNothingIsCutOff) {
  auto client = watch(one("ws-large"));
  const auto body = R"({"metadata":{"name":"ws-large"},"data":{"a":")" +
                    std::string(900'000, 'x') + "\"}}";
  const auto path = std::string(kWatchedMaps) + "/ws-large";
  ASSERT_EQ(as("", "POST", kWatchedMaps, body).code, 201);
  // More than the bound and what the kernel holds.
  for (int i = 0; i < 40; ++i)
    ASSERT_EQ(as("", "PATCH", path, R"({"data":{"i":")" + std::to_string(i) + "\"}}").code, 200);
  const auto rest = client->rest();
  EXPECT_LT(rest.size(), 40U * 900'000);
  EXPECT_THAT(rest.substr(rest.size() - std::min<std::size_t>(rest.size(), 4)),
              Not(HasSubstr("\x03\xe8")));
  EXPECT_EQ(as("", "DELETE", path).code, 200);
}

TEST_F(WebSocketWatchTest, TakesTokensAsASubprotocol) {
  ASSERT_EQ(
      create("/serviceaccounts", "default", R"({"metadata":{"name":"ws-browser"}})").code, 201);
  const auto token = call("create", "/serviceaccounts/token", "default", "ws-browser",
                          R"({"spec":{}})")
                         .at("status.token");
  const std::string user = "system:serviceaccount:default:ws-browser";
  grant(user, rule("\"watch\"", "\"\"", "\"configmaps\""));
  const auto prefix = std::string("base64url.bearer.authorization.k8s.io.");
  const auto name = prefix + encode_base64url(token);
  const auto watched = std::string(kWatchedMaps) + "?watch=true&timeoutSeconds=1" + one("none");
  for (const auto& fields :
       {subprotocols(name + ", some.protocol"),
        subprotocols("some.protocol,") + subprotocols(name)}) {
    auto client = upgrade(connect_as_nobody(), watched, fields);
    const auto head = client->until("\r\n\r\n");
    EXPECT_EQ(status(head), 101) << head;
    EXPECT_THAT(head, HasSubstr(subprotocols("some.protocol")));
    EXPECT_EQ(next_message(*client), kClosed);
  }
  const struct {
    const char* what;
    std::string names;
    int code;
  } cases[] = {
      {"nothing to agree to", name, 401},
      {"two tokens", name + "," + name + ", some.protocol", 401},
      {"not base64", prefix + "!, some.protocol", 401},
      {"padded", name + "==, some.protocol", 401},
      {"another token", prefix + encode_base64url("nonsense") + ", some.protocol", 401},
      {"not UTF-8", prefix + encode_base64url("\xff") + ", some.protocol", 401},
      {"none at all", prefix + ", some.protocol", 403},
      {"two others", name + ", one, two", 400},
  };
  for (const auto& one : cases) {
    auto client = upgrade(connect_as_nobody(), watched,
                          "Connection: close\r\n" + subprotocols(one.names));
    EXPECT_EQ(status(client->rest()), one.code) << one.what;
  }
  // Requests of other kinds have no subprotocols.
  auto plain = connect_as_nobody();
  plain->send("GET " + watched + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" +
              subprotocols(name + ", some.protocol") + "\r\n");
  EXPECT_EQ(status(plain->rest()), 403);
}

}  // namespace
}  // namespace kubus::apiserver
