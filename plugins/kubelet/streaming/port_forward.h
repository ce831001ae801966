// One forwarded connection: between two channels of a client's and a port of a pod.
//
// Thread safety: on the channels' thread.
#pragma once

#include <memory>

#include "byte_channel.h"
#include "kubus/status.h"
#include "port_dialer.h"

namespace kubus::kubelet {

// Runs until both sides have ended, or either has gone. `error` takes the words of a failure; it is
// finished last of all.
boost::asio::awaitable<void> forward_port(std::shared_ptr<PortDialer> dialer, int port,
                                          ByteChannelPtr data, ByteChannelPtr error);

// kBadRequest with the reference's words unless it is a number from 1 to 65535.
Result<int> parse_forward_port(std::string_view text);

}  // namespace kubus::kubelet
