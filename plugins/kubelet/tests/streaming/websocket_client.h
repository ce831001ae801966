// The frames of a WebSocket client, by hand, at the far end of a MemoryWire.
//
// Thread safety: none.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "fake_exchange.h"

namespace kubus::kubelet::test {

class WebSocketClient {
 public:
  enum Opcode : unsigned char { kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };
  struct Message {
    Opcode opcode;
    std::string payload;
    bool operator==(const Message&) const = default;
  };

  explicit WebSocketClient(boost::asio::io_context& io) : io_(io) {}
  ~WebSocketClient() { MemoryTransport::cut(io_, *wire); }

  std::shared_ptr<FakeExchange> request(const std::string& subprotocol) {
    auto headers = make_headers({{"Host", "node"},
                                 {"Connection", "Upgrade"},
                                 {"Upgrade", "websocket"},
                                 {"Sec-WebSocket-Version", "13"},
                                 {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}});
    if (!subprotocol.empty()) headers.add("Sec-WebSocket-Protocol", subprotocol);
    return std::make_shared<FakeExchange>(io_, wire, std::move(headers));
  }
  // Masked with zeros, which change nothing.
  void send(std::string_view payload, Opcode opcode = kBinary) {
    std::string frame{static_cast<char>(0x80 | opcode)};
    if (payload.size() < 126) {
      frame += static_cast<char>(0x80 | payload.size());
    } else {
      frame += static_cast<char>(0x80 | 127);
      for (int shift = 56; shift >= 0; shift -= 8)
        frame += static_cast<char>(static_cast<std::uint64_t>(payload.size()) >> shift);
    }
    wire->to_server += frame.append(4, '\0').append(payload);
    turn();
  }
  void turn() {
    do {
      MemoryTransport::turn(io_, *wire);
      io_.restart();
      io_.poll();
      if (reading) read();
    } while (io_.poll() > 0);
  }
  // The payloads of data messages, joined.
  std::string joined() const {
    std::string text;
    for (const auto& message : messages)
      if (message.opcode <= kBinary) text += message.payload;
    return text;
  }

  std::shared_ptr<MemoryWire> wire = std::make_shared<MemoryWire>();
  std::string head;  // of the answer to the handshake
  std::vector<Message> messages;
  bool reading = true;

 private:
  void read() {
    buffer_ += std::exchange(wire->to_client, {});
    if (head.empty()) {
      const auto end = buffer_.find("\r\n\r\n");
      if (end == std::string::npos) return;
      head = buffer_.substr(0, end + 4);
      buffer_.erase(0, end + 4);
    }
    while (take_message()) {
    }
    MemoryTransport::turn(io_, *wire);
  }
  bool take_message() {
    if (buffer_.size() < 2) return false;
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(buffer_[at]); };
    std::size_t size = byte(1) & 0x7f, begin = 2;
    if (size >= 126) {
      const std::size_t width = size == 126 ? 2 : 8;
      if (buffer_.size() < 2 + width) return false;
      size = 0;
      for (; begin < 2 + width; ++begin) size = size << 8 | byte(begin);
    }
    if (buffer_.size() < begin + size) return false;
    EXPECT_NE(byte(0) & 0x80, 0) << "messages are sent whole";
    messages.push_back({static_cast<Opcode>(byte(0) & 0x0f), buffer_.substr(begin, size)});
    buffer_.erase(0, begin + size);
    return true;
  }

  boost::asio::io_context& io_;
  std::string buffer_;
};

}  // namespace kubus::kubelet::test
