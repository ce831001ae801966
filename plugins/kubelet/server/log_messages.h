// Logs over WebSocket: without a subprotocol and with binary.k8s.io as bytes, with
// base64.binary.k8s.io as text.
//
// Thread safety: a pure function.
#pragma once

#include <variant>

#include "kubus/http/websocket.h"

namespace kubus::kubelet {

// How the client of a request for WebSocket wants a log, or why it gets none.
std::variant<http::MessageOptions, http::Response> log_messages(const http::Request& request);

}  // namespace kubus::kubelet
