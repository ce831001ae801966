// Port-forward over WebSocket, two channels for each port of the query: 2n for bytes and 2n+1 for
// errors of port n. Each carries one connection, and begins with the port's number as two bytes,
// low byte first. Speaks v4.channel.k8s.io and v4.base64.channel.k8s.io.
//
// Thread safety: free functions, from any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kubus/http/exchange.h"
#include "kubus/http/query.h"
#include "kubus/status.h"
#include "port_dialer.h"

namespace kubus::kubelet {

// The ports of such a request; kBadRequest with the reference's words.
Result<std::vector<int>> forwarded_ports(const http::Query& query);

// Takes the connection over and serves it until every forwarded connection has ended or the client
// has gone.
void serve_port_forward_websocket(const std::shared_ptr<http::Exchange>& exchange,
                                  std::vector<int> ports, std::shared_ptr<PortDialer> dialer);

}  // namespace kubus::kubelet
