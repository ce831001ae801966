// What a client may send on a WebSocket that it only listens to: what comes back must be sound
// frames, and nothing may be left when the client has gone. The input is taken as bytes, and once
// more as masked frames, each of an opcode, a size and as many bytes.
#include <boost/asio/io_context.hpp>

#include "fake_exchange.h"
#include "kubus/http/websocket.h"
#include "target.h"

namespace kubus::fuzz {
namespace {

using testing::MemoryTransport;
using testing::MemoryWire;

constexpr std::string_view kFirst = "first", kLast = "last";

void turn(boost::asio::io_context& io, MemoryWire& wire) {
  do {
    MemoryTransport::turn(io, wire);
    io.restart();
  } while (io.poll() > 0);
}

// All of them short, whole and unmasked; nothing follows a close.
void check_frames(std::string_view bytes) {
  bool closed = false;
  while (!bytes.empty()) {
    require(!closed, "a frame behind the close");
    require(bytes.size() >= 2, "half a frame");
    const auto head = static_cast<unsigned char>(bytes[0]);
    const auto size = static_cast<unsigned char>(bytes[1]);
    require(head == 0x81 || head == 0x88 || head == 0x8a, "no text, close or pong");
    require(size < 126 && bytes.size() >= 2U + size, "a frame of another size");
    closed = head == 0x88;
    bytes.remove_prefix(2U + size);
  }
}

void talk(std::string_view bytes) {
  boost::asio::io_context io;
  const auto wire = std::make_shared<MemoryWire>();
  testing::FakeExchange exchange(io, wire,
                                 testing::make_headers({{"Host", "x"},
                                                        {"Connection", "Upgrade"},
                                                        {"Upgrade", "websocket"},
                                                        {"Sec-WebSocket-Version", "13"},
                                                        {"Sec-WebSocket-Key",
                                                         "dGhlIHNhbXBsZSBub25jZQ=="}}));
  bool over = false;
  const auto body = http::open_messages(exchange, {});
  body->on_close([&] { over = true; });
  body->write({Bytes::copy(kFirst)}, true);
  const auto half = bytes.size() / 2;
  for (const auto part : {bytes.substr(0, half), bytes.substr(half)}) {
    wire->to_server.append(part);
    turn(io, *wire);
    body->write({Bytes::copy(kLast)}, true);
  }
  turn(io, *wire);
  wire->client_ended = true;
  turn(io, *wire);
  require(over && wire->server_closed, "the stream goes on without its client");
  const auto head = wire->to_client.find("\r\n\r\n");
  require(head != std::string::npos, "no answer to the handshake");
  check_frames(std::string_view(wire->to_client).substr(head + 4));
}

std::string frames(std::string_view input) {
  std::string out;
  while (input.size() >= 2) {
    const auto size = std::min<std::size_t>(static_cast<unsigned char>(input[1]) % 126,
                                            input.size() - 2);
    out.append({input[0], static_cast<char>(0x80 | size), 1, 2, 3, 4});
    out.append(input.substr(2, size));
    input.remove_prefix(2 + size);
  }
  return out;
}

}  // namespace

void run(std::string_view input) {
  talk(input);
  talk(frames(input));
}

std::vector<std::string> seeds() {
  return {
      std::string("\x89\x04ping\x81\x05hello\x88\x02\x03\xe8", 18),
      std::string("\x01\x03one\x80\x03two\x82\x04\0\1\2\3", 16),
      std::string("\x81\xfe\x01\x00mask", 8) + std::string(256, 'x'),
      std::string("\x82\xff\0\0\0\0\0\x20\0\0mask", 14),
      std::string("\x89\x85\0\0\0\0hello\x88\x80\0\0\0\0", 17),
  };
}

}  // namespace kubus::fuzz
