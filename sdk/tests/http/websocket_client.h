// A WebSocket client at the far end of a MemoryWire.
//
// Thread safety: none.
#pragma once

#include <vector>

#include "fake_exchange.h"
#include "websocket_frames.h"

namespace kubus::testing {

class WebSocketClient {
 public:
  using Message = WebSocketMessage;

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
  void send(std::string_view payload, Opcode opcode = Opcode::kBinary) {
    send_raw(client_frame(payload, opcode));
  }
  void send_raw(const std::string& bytes) {
    wire->to_server += bytes;
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
      if (message.opcode <= Opcode::kBinary) text += message.payload;
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
    while (auto message = take_message(buffer_)) messages.push_back(std::move(*message));
    MemoryTransport::turn(io_, *wire);
  }

  boost::asio::io_context& io_;
  std::string buffer_;
};

}  // namespace kubus::testing
