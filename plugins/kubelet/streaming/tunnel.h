// A byte stream inside the binary messages of a WebSocket connection: how kubectl carries SPDY
// through proxies that know WebSocket only.
//
// Thread safety: free functions, from any thread.
#pragma once

#include <memory>
#include <string>

#include "kubus/http/byte_stream.h"
#include "kubus/http/exchange.h"

namespace kubus::kubelet {

// Takes the connection over and answers the WebSocket handshake with `subprotocol`. `ready` gets
// the stream on the connection's thread; it is dropped uncalled when the handshake fails.
using TunnelReady = UniqueFunction<void(std::unique_ptr<http::ByteStream>)>;
void open_tunnel(const std::shared_ptr<http::Exchange>& exchange, std::string subprotocol,
                 TunnelReady ready);

}  // namespace kubus::kubelet
