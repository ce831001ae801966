#include "server/log_messages.h"

#include <gtest/gtest.h>

namespace kubus::kubelet {
namespace {

std::variant<http::MessageOptions, http::Response> asked(const std::string& subprotocols) {
  http::Request request;
  request.method = "GET";
  request.headers.add("Sec-WebSocket-Version", "13");
  request.headers.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
  if (!subprotocols.empty()) request.headers.add("Sec-WebSocket-Protocol", subprotocols);
  return log_messages(request);
}

TEST(LogMessages, TheClientsFirstKnownSubprotocolIsChosen) {
  const struct {
    const char* offered;
    const char* chosen;
    bool base64;
  } cases[] = {
      {"", "", false},
      {"binary.k8s.io", "binary.k8s.io", false},
      {"base64.binary.k8s.io", "base64.binary.k8s.io", true},
      {"soap, base64.binary.k8s.io, binary.k8s.io", "base64.binary.k8s.io", true},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.offered);
    const auto answer = asked(one.offered);
    const auto* options = std::get_if<http::MessageOptions>(&answer);
    ASSERT_TRUE(options);
    EXPECT_EQ(options->subprotocol, one.chosen);
    EXPECT_EQ(options->base64, one.base64);
    EXPECT_NE(options->binary, one.base64);
  }
}

TEST(LogMessages, OthersAreRefused) {
  const auto unknown = asked("soap");
  ASSERT_TRUE(std::holds_alternative<http::Response>(unknown));
  EXPECT_EQ(std::get<http::Response>(unknown).status, 400);
  EXPECT_TRUE(std::holds_alternative<http::Response>(log_messages(http::Request())));
}

}  // namespace
}  // namespace kubus::kubelet
