// Port-forward over SPDY: the client opens two streams for each connection, one for its bytes and
// one for errors, which belong together by the header "requestid".
//
// Thread safety: on the thread of the connection.
#pragma once

#include <memory>

#include "kubus/http/byte_stream.h"
#include "port_dialer.h"

namespace kubus::kubelet {

// How long the second stream of a pair may keep us waiting.
inline constexpr std::chrono::milliseconds kStreamCreationTimeout{30'000};

// Serves the client until it closes the connection.
void serve_port_forward_spdy(std::unique_ptr<http::ByteStream> connection,
                             std::shared_ptr<PortDialer> dialer,
                             std::chrono::milliseconds creation_timeout = kStreamCreationTimeout);

}  // namespace kubus::kubelet
