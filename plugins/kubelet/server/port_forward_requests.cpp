#include "port_forward_requests.h"

#include "../streaming/port_forward_spdy.h"
#include "../streaming/port_forward_websocket.h"
#include "../streaming/spdy_upgrade.h"
#include "../streaming/tunnel.h"
#include "../streaming/websocket.h"
#include "pod_path.h"
#include "reply.h"

namespace kubus::kubelet {
namespace {

constexpr std::string_view kProtocols[] = {"portforward.k8s.io"};
// kubectl's: SPDY inside of WebSocket.
constexpr const char* kTunnel = "SPDY/3.1+portforward.k8s.io";

using Exchange = std::shared_ptr<http::Exchange>;

auto spdy_for(std::shared_ptr<PortDialer> dialer) {
  return [dialer = std::move(dialer)](std::unique_ptr<http::ByteStream> connection) {
    serve_port_forward_spdy(std::move(connection), dialer);
  };
}

void serve_spdy(const Exchange& exchange, std::shared_ptr<PortDialer> dialer) {
  auto negotiated = negotiate_spdy(exchange->request(), kProtocols);
  if (auto* refusal = std::get_if<http::Response>(&negotiated))
    exchange->respond(std::move(*refusal));
  else
    upgrade_to_spdy(exchange, std::get<std::string>(negotiated), spdy_for(std::move(dialer)));
}

}  // namespace

void PortForwardRequests::serve(ServerRequest request) {
  const auto path = parse_pod_path(request.path, false);
  if (!path) return request.respond(not_found_reply());
  const auto& headers = request.exchange->request().headers;
  const bool websocket = is_websocket(request.exchange->request());
  const bool tunnel = websocket && headers.has_token("Sec-WebSocket-Protocol", kTunnel);
  std::vector<int> ports;
  if (websocket && !tunnel) {
    auto wanted = forwarded_ports(request.query);
    if (!wanted.ok()) return request.respond(error_reply(wanted.status()));
    ports = std::move(*wanted);
  }
  const PodPtr pod = find_pod(parts_, *path);
  if (!pod) return request.respond(text_reply(404, "pod does not exist"));
  parts_.pool.post([this, exchange = request.exchange, pod, websocket, tunnel,
                    ports = std::move(ports)]() mutable {
    auto dialer = dialer_for(*pod);
    if (!dialer.ok()) return exchange->respond(error_reply(dialer.status()));
    if (tunnel)
      open_tunnel(exchange, kTunnel, spdy_for(std::move(*dialer)));
    else if (websocket)
      serve_port_forward_websocket(exchange, std::move(ports), std::move(*dialer));
    else
      serve_spdy(exchange, std::move(*dialer));
  });
}

Result<std::shared_ptr<PortDialer>> PortForwardRequests::dialer_for(const core_v1::Pod& pod) {
  const auto& meta = pod.metadata();
  const auto subject = meta.name() + "_" + meta.namespace_() + "(" + meta.uid() + ")";
  const auto state = parts_.runtime.pod(meta.uid());
  const auto failure = "failed to find sandboxID for pod " + subject;
  if (!state.ok()) return Status(Code::kInternalError, failure + ": " + state.status().message());
  for (const auto& sandbox : state->sandboxes)
    if (sandbox.state() == runtime::SANDBOX_READY)
      return dial_by_runtime(parts_.runtime.bus(), sandbox.id());
  return Status(Code::kInternalError, failure);
}

}  // namespace kubus::kubelet
