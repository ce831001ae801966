// Clients that are slow on purpose, or whose certificate ends while they are connected.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include "eventually.h"
#include "http2_client.h"
#include "http_fixture.h"

namespace kubus {
namespace {

using testing::eventually;
using ::testing::HasSubstr;

class SlowClientTest : public testing::HttpTest {
 protected:
  std::unique_ptr<testing::TlsClient> connect(const pki::Pair* pair = nullptr) {
    return std::make_unique<testing::TlsClient>(server_->port(), ca_.certificate_pem, pair);
  }
  // Sends `byte` again and again, a little after the one before, until the server closes. What the
  // server has sent, tickets of the handshake for one, is left unread.
  static bool drip(testing::TlsClient& client, const std::string& byte) {
    constexpr int kBetween = 2, kMost = 10'000;  // ms, times
    boost::system::error_code cut_off;
    for (int i = 0; i < kMost && !cut_off; ++i) {
      pollfd closed{client.stream->next_layer().native_handle(), POLLRDHUP, 0};
      if (::poll(&closed, 1, kBetween) > 0 && (closed.revents & (POLLRDHUP | POLLHUP | POLLERR)))
        return true;
      boost::asio::write(*client.stream, boost::asio::buffer(byte), cut_off);
    }
    return bool(cut_off);
  }
  pki::Pair client_pair_for(std::chrono::seconds lifetime) {
    pki::Request request;
    request.subject = {"jane", {"dev"}};
    request.lifetime = lifetime;
    return *pki::issue(ca_, request);
  }
};

TEST_F(SlowClientTest, WhoSendsByteByByteHasAsMuchTimeAsOthers) {
  http::Limits limits;
  limits.request = std::chrono::milliseconds(100);
  start(limits);
  for (const char* begun : {"GET /a HTTP/1.1\r\nX: ",
                            "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\n",
                            "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;"}) {
    auto client = connect();
    client->send(begun);
    EXPECT_TRUE(drip(*client, "x")) << begun;
  }
}

TEST_F(SlowClientTest, WhoReadsNothingIsCutOff) {
  http::Limits limits;
  limits.write = std::chrono::milliseconds(200);
  start(limits);
  auto client = connect();
  client->send("GET /open HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return echo_.open_stream() != nullptr; }));
  ASSERT_TRUE(echo_.open_stream()->write({Bytes(std::string(50'000'000, 'x'))}, false));
  EXPECT_TRUE(eventually([&] { return echo_.closed_streams() == 1; }));
}

// The first pieces go out as they are written, the others wait for the client, one of them half sent.
TEST_F(SlowClientTest, WhoReadsLateGetsEveryPieceInOrder) {
  auto client = connect();
  client->send("GET /open HTTP/1.1\r\nHost: x\r\n\r\n");
  client->until("\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return echo_.open_stream() != nullptr; }));
  const auto stream = echo_.open_stream();
  constexpr int kPieces = 20'000;
  for (int i = 0; i < kPieces; ++i)
    ASSERT_TRUE(stream->write({Bytes(std::to_string(i) + std::string(1000, '.'))}, false));
  stream->finish();
  std::string body;
  for (;;) {
    const auto size = std::stoul(client->until("\r\n"), nullptr, 16);
    const auto chunk = client->exactly(size + 2);
    if (size == 0) break;
    body.append(chunk, 0, size);
  }
  std::string expected = "open";
  for (int i = 0; i < kPieces; ++i) expected += std::to_string(i) + std::string(1000, '.');
  EXPECT_TRUE(body == expected) << body.size() << " bytes in place of " << expected.size();
}

TEST_F(SlowClientTest, ACertificateEndsWithinAConnection) {
  const auto pair = client_pair_for(std::chrono::seconds(2));
  auto client = connect(&pair);
  testing::Http2Client other(server_->port(), ca_.certificate_pem, &pair);
  const auto ask = [&] {
    client->send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    client->until("\r\n\r\n");
    std::string body;
    for (int word = 0; word < 3; ++word) body += client->until(" ");
    return body;
  };
  EXPECT_THAT(ask(), HasSubstr("GET /a jane "));
  EXPECT_THAT(other.get("/a").body, HasSubstr("jane "));
  EXPECT_TRUE(eventually([&] { return ask().find("GET /a jane! ") != std::string::npos; }));
  EXPECT_TRUE(
      eventually([&] { return other.get("/a").body.find("jane! ") != std::string::npos; }));
}

}  // namespace
}  // namespace kubus
