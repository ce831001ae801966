// The frames of a WebSocket client, by hand.
//
// Thread safety: pure functions.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kubus::testing {

enum class Opcode : unsigned char {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10
};

struct WebSocketMessage {
  Opcode opcode;
  std::string payload;
  bool operator==(const WebSocketMessage&) const = default;
};

inline constexpr const char* kUpgrade =
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

// Masked with zeros, which change nothing.
inline std::string client_frame(std::string_view payload, Opcode opcode, bool masked = true) {
  std::string frame{static_cast<char>(0x80 | static_cast<unsigned char>(opcode))};
  const auto mask = masked ? 0x80U : 0U;
  if (payload.size() < 126) {
    frame += static_cast<char>(mask | payload.size());
  } else {
    frame += static_cast<char>(mask | 127U);
    for (int shift = 56; shift >= 0; shift -= 8)
      frame += static_cast<char>(static_cast<std::uint64_t>(payload.size()) >> shift);
  }
  return frame.append(masked ? 4 : 0, '\0').append(payload);
}

// The server's next message, cut off the front of `buffer`; nothing when it is not there yet.
inline std::optional<WebSocketMessage> take_message(std::string& buffer) {
  if (buffer.size() < 2) return std::nullopt;
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(buffer[at]); };
  std::size_t size = byte(1), begin = 2;
  EXPECT_LT(size, 128U) << "a server masks nothing";
  if (size >= 126) {
    const std::size_t width = size == 126 ? 2 : 8;
    if (buffer.size() < 2 + width) return std::nullopt;
    size = 0;
    for (; begin < 2 + width; ++begin) size = size << 8 | byte(begin);
  }
  if (buffer.size() < begin + size) return std::nullopt;
  EXPECT_EQ(byte(0) & 0xf0, 0x80) << "messages are sent whole";
  WebSocketMessage message{static_cast<Opcode>(byte(0) & 0x0f), buffer.substr(begin, size)};
  buffer.erase(0, begin + size);
  return message;
}

}  // namespace kubus::testing
