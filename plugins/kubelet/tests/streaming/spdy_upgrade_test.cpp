#include "streaming/spdy_upgrade.h"

#include <gtest/gtest.h>

#include "wire.h"

namespace kubus::kubelet {
namespace {

using test::make_headers;

constexpr std::string_view kOurs[] = {"v4", "v3"};

http::Request request(http::Headers headers) {
  http::Request made;
  made.headers = std::move(headers);
  return made;
}

TEST(SpdyUpgrade, ChoosesTheClientsFirstThatIsKnown) {
  const struct {
    std::vector<std::string> offers;
    const char* chosen;
  } cases[] = {
      {{"v5", "v4", "v3"}, "v4"},
      {{"v3", "v4"}, "v3"},
      {{"v5, v3 ,v4"}, "v3"},
  };
  for (const auto& c : cases) {
    auto headers = make_headers({{"Connection", "Upgrade"}, {"Upgrade", "SPDY/3.1"}});
    for (const auto& offer : c.offers) headers.add("X-Stream-Protocol-Version", offer);
    const auto chosen = negotiate_spdy(request(headers), kOurs);
    ASSERT_TRUE(std::holds_alternative<std::string>(chosen));
    EXPECT_EQ(std::get<std::string>(chosen), c.chosen);
  }
}

TEST(SpdyUpgrade, RefusesInTheReferencesWords) {
  const struct {
    http::Headers headers;
    int status;
    const char* body;
  } cases[] = {
      {make_headers({{"Connection", "Upgrade"}, {"Upgrade", "SPDY/3.1"}}), 400,
       "unable to upgrade: X-Stream-Protocol-Version is required\n"},
      {make_headers({{"X-Stream-Protocol-Version", "v9"}, {"X-Stream-Protocol-Version", "v8"}}),
       403,
       "unable to upgrade: unable to negotiate protocol: client supports [v9 v8], server accepts "
       "[v4 v3]\n"},
      {make_headers({{"X-Stream-Protocol-Version", "v4"}, {"Upgrade", "SPDY/3.1"}}), 400,
       "unable to upgrade: missing upgrade headers in request\n"},
      {make_headers(
           {{"X-Stream-Protocol-Version", "v4"}, {"Connection", "Upgrade"}, {"Upgrade", "SPDY/2"}}),
       400, "unable to upgrade: missing upgrade headers in request\n"},
  };
  for (const auto& c : cases) {
    const auto answer = negotiate_spdy(request(c.headers), kOurs);
    const auto* refusal = std::get_if<http::Response>(&answer);
    ASSERT_TRUE(refusal) << c.body;
    EXPECT_EQ(refusal->status, c.status);
    ASSERT_EQ(refusal->body.size(), 1U);
    EXPECT_EQ(refusal->body[0].view(), c.body);
    std::vector<std::string> accepted;
    for (const auto& [name, value] : refusal->headers.fields())
      if (name == "X-Accepted-Stream-Protocol-Versions") accepted.push_back(value);
    EXPECT_EQ(accepted.size(), c.status == 403 ? 2U : 0U);
  }
}

TEST(SpdyUpgrade, SwitchesProtocols) {
  boost::asio::io_context io;
  auto wire = std::make_shared<test::MemoryWire>();
  auto exchange = std::make_shared<test::FakeExchange>(io, wire, http::Headers());
  std::unique_ptr<http::ByteStream> connection;
  upgrade_to_spdy(exchange, "v4", [&](auto taken) { connection = std::move(taken); });
  io.poll();
  ASSERT_TRUE(connection);
  EXPECT_EQ(wire->to_client,
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
            "X-Stream-Protocol-Version: v4\r\n\r\n");
}

}  // namespace
}  // namespace kubus::kubelet
