// Exec and attach over SPDY: a stream for each channel. Speaks v4.channel.k8s.io,
// v3.channel.k8s.io, v2.channel.k8s.io and channel.k8s.io.
//
// Thread safety: free functions; the ones with a connection on its thread.
#pragma once

#include <memory>

#include "kubus/http/exchange.h"
#include "remote_channels.h"
#include "spdy_upgrade.h"
#include "stream_options.h"

namespace kubus::kubelet {

// Answers the request: with a refusal, or with SPDY and, once the client has opened the streams
// that `options` ask for, `ready`.
void open_spdy(const std::shared_ptr<http::Exchange>& exchange, const StreamOptions& options,
               ChannelsReady ready);

// The second half of it: from SPDY's first byte on.
void wait_for_spdy_channels(std::unique_ptr<http::ByteStream> connection, std::string_view protocol,
                            const StreamOptions& options, ChannelsReady ready,
                            std::chrono::milliseconds patience);

}  // namespace kubus::kubelet
