#include "websocket_message.h"

#include "kubus/api/base64.h"
#include "terminal_size.h"

namespace kubus::kubelet {
namespace {

std::optional<Input> stdin_input(std::string_view data, const WebSocketDialect& dialect) {
  Input input;
  if (!dialect.base64) {
    input.data = data;
  } else if (auto decoded = decode_base64(data); decoded.ok()) {
    input.data = std::move(*decoded);
  }
  if (input.data.empty()) return std::nullopt;
  return input;
}

std::optional<Input> resize_input(std::string_view data, const WebSocketDialect& dialect) {
  if (!dialect.base64) return parse_terminal_size(data);
  const auto decoded = decode_base64(data);
  return decoded.ok() ? parse_terminal_size(*decoded) : std::nullopt;
}

}  // namespace

char message_head(Channel channel, const WebSocketDialect& dialect) {
  const auto number = static_cast<unsigned char>(channel);
  return static_cast<char>(dialect.base64 ? '0' + number : number);
}

std::optional<Input> read_message(std::string_view message, const WebSocketDialect& dialect) {
  if (message.empty()) return std::nullopt;
  const char head = message.front();
  message.remove_prefix(1);
  if (head == message_head(Channel::kStdin, dialect)) return stdin_input(message, dialect);
  if (head == message_head(Channel::kResize, dialect)) return resize_input(message, dialect);
  const bool closes_stdin = dialect.close_signal &&
                            head == message_head(Channel::kClose, dialect) && message.size() == 1 &&
                            message.front() == message_head(Channel::kStdin, dialect);
  if (!closes_stdin) return std::nullopt;
  Input end;
  end.kind = Input::Kind::kStdinEnd;
  return end;
}

}  // namespace kubus::kubelet
