// How an HTTP request becomes a SPDY/3.1 connection.
//
// Thread safety: free functions, from any thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "kubus/http/byte_stream.h"
#include "kubus/http/exchange.h"

namespace kubus::kubelet {

// The first of the client's protocols (X-Stream-Protocol-Version) that is among `ours`, or the
// response that refuses the request.
std::variant<std::string, http::Response> negotiate_spdy(const http::Request& request,
                                                         std::span<const std::string_view> ours);

// Takes the connection over and switches to SPDY. `ready` gets it on its thread; it is dropped
// uncalled when the client leaves before.
using SpdyReady = UniqueFunction<void(std::unique_ptr<http::ByteStream>)>;
void upgrade_to_spdy(const std::shared_ptr<http::Exchange>& exchange, std::string_view protocol,
                     SpdyReady ready);

}  // namespace kubus::kubelet
