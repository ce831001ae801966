// WebSocket as far as it can be told from a request, and the streams that go one way over it.
// Protocols that go both ways are made of websocket_stream.h.
//
// Thread safety: free functions, from any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/http/exchange.h"
#include "kubus/http/limits.h"
#include "kubus/http/message.h"

namespace kubus::http {

// The client asks for WebSocket in place of HTTP.
bool is_websocket(const Request& request);

// The subprotocols that it offers, in its order; they are parts of the request.
std::vector<std::string_view> offered_subprotocols(const Request& request);

// The answer to a request for WebSocket whose handshake cannot succeed (400); nothing for others.
std::optional<Response> refused_handshake(const Request& request);

struct MessageOptions {
  bool binary = false;
  bool base64 = false;      // what is written is sent in base64
  std::string subprotocol;  // the one that is agreed upon; may be empty
  // What may wait for the client before it is cut off, and how long one message may take.
  std::size_t waiting = Limits().stream_bytes;
  std::chrono::milliseconds write = Limits().write;
};

// Answers a request for WebSocket with a stream of which each write() is one message. Pings are
// answered, what the client says is dropped. finish() closes in the proper way, as does a server
// that stops; a client that closes, breaks the protocol or vanishes ends the stream.
std::shared_ptr<BodyStream> open_messages(Exchange& exchange, MessageOptions options);

}  // namespace kubus::http
