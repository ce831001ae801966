// The messages of exec and attach over WebSocket.
//
// Thread safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "websocket.h"

namespace kubus::kubelet {

enum class Channel : unsigned char {
  kStdin = 0,
  kStdout = 1,
  kStderr = 2,
  kError = 3,
  kResize = 4,
  kClose = 255,
};

// The first byte of a message.
char message_head(Channel channel, const WebSocketDialect& dialect);
// What a message of the client means; nothing when it means nothing here.
std::optional<Input> read_message(std::string_view message, const WebSocketDialect& dialect);

}  // namespace kubus::kubelet
