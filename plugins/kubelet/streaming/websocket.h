// Exec and attach over WebSocket: each message is a channel number and its data. Speaks
// v5.channel.k8s.io, v4.channel.k8s.io, channel.k8s.io and the base64 forms of the latter two.
//
// Thread safety: free functions, from any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "kubus/http/exchange.h"
#include "kubus/http/websocket.h"
#include "remote_channels.h"
#include "stream_options.h"

namespace kubus::kubelet {

// How the messages of one subprotocol look.
struct WebSocketDialect {
  std::string name;           // empty: the client named none
  bool base64 = false;        // text messages; the channel is a digit
  bool status = false;        // the error channel carries a Status, else words
  bool close_signal = false;  // channel 255 ends another one
};
// The first of the client's subprotocols that is known here; nothing when it offers only others.
std::optional<WebSocketDialect> choose_dialect(const http::Request& request);

// Takes the connection over and answers the handshake. `ready` gets the channels on the
// connection's thread; it is dropped uncalled when the client leaves before.
void open_websocket(const std::shared_ptr<http::Exchange>& exchange, const StreamOptions& options,
                    WebSocketDialect dialect, ChannelsReady ready);

}  // namespace kubus::kubelet
