#include "service.h"

#include <algorithm>
#include <cctype>

#include "kubus/network.h"

namespace kubus::flannel {
namespace {

namespace pb = kubus::network;

Result<HostPort> to_host_port(const pb::SetupRequest::PortMapping& mapping) {
  HostPort port;
  port.protocol = mapping.protocol().empty() ? "tcp" : mapping.protocol();
  std::transform(port.protocol.begin(), port.protocol.end(), port.protocol.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto in_range = [](int value) { return value > 0 && value <= 65535; };
  if (!in_range(mapping.container_port()) || !in_range(mapping.host_port()))
    return Status(Code::kInvalid, "a port must be between 1 and 65535");
  if (port.protocol != "tcp" && port.protocol != "udp" && port.protocol != "sctp")
    return Status(Code::kInvalid, "unknown protocol \"" + mapping.protocol() + "\"");
  port.container_port = static_cast<std::uint16_t>(mapping.container_port());
  port.host_port = static_cast<std::uint16_t>(mapping.host_port());
  if (!mapping.host_ip().empty() && mapping.host_ip() != "0.0.0.0") {
    const auto address = Ipv4::parse(mapping.host_ip());
    if (!address)
      return Status(Code::kInvalid, "host IP \"" + mapping.host_ip() + "\" is no IPv4 address");
    port.host_ip = *address;
  }
  return port;
}

Result<pb::SetupResponse> setup(Network& network, const pb::SetupRequest& request) {
  SetupOptions options;
  options.sandbox = request.sandbox_id();
  options.netns = request.netns();
  options.ingress_bits_per_second = request.ingress_bits_per_second();
  options.egress_bits_per_second = request.egress_bits_per_second();
  for (const auto& mapping : request.ports()) {
    if (mapping.host_port() == 0) continue;
    auto port = to_host_port(mapping);
    if (!port.ok()) return port.status();
    options.ports.push_back(std::move(*port));
  }
  auto address = network.setup(options);
  if (!address.ok()) return address.status();
  pb::SetupResponse reply;
  reply.add_addresses(address->str());
  reply.set_gateway(network.gateway().str());
  return reply;
}

Result<pb::CheckResponse> check(Network& network, const pb::CheckRequest& request) {
  auto address = network.check(request.sandbox_id(), request.netns());
  if (!address.ok()) return address.status();
  pb::CheckResponse reply;
  reply.add_addresses(address->str());
  return reply;
}

Result<pb::TeardownResponse> teardown(Network& network, const pb::TeardownRequest& request) {
  Status status = network.teardown(request.sandbox_id());
  if (!status.ok()) return status;
  return pb::TeardownResponse();
}

Result<pb::ReconcileResponse> reconcile(Network& network, const pb::ReconcileRequest& request) {
  auto released = network.reconcile({request.keep().begin(), request.keep().end()});
  if (!released.ok()) return released.status();
  pb::ReconcileResponse reply;
  for (auto& sandbox : *released) reply.add_released(std::move(sandbox));
  return reply;
}

}  // namespace

template <class Request, class Reply, class Work>
void NetworkService::add(bus::Service& service, const rpc::Method<Request, Reply>& method,
                         Work work) {
  rpc::handle(service, method,
              [this, work](const bus::Caller&, Request request, rpc::Answer<Reply> answer) {
                if (!network_) return answer(Status(Code::kServiceUnavailable, waiting_for_));
                // A task that the stopping pool drops fails its call by dropping the answer.
                context_.pool().post(
                    [network = network_, work, request = std::move(request),
                     answer = std::move(answer)]() mutable { answer(work(*network, request)); });
              });
}

pb::NetworkStatusResponse NetworkService::status() const {
  pb::NetworkStatusResponse status;
  status.set_ready(network_ != nullptr);
  if (network_) {
    status.add_pod_cidrs(network_->settings().pods.str());
  } else {
    status.set_reason("NetworkPluginNotReady");
    status.set_message(waiting_for_);
  }
  return status;
}

void NetworkService::tell_watchers() {
  watchers_.remove_if([now = status()](StatusWriter& watcher) { return !watcher.write(now); });
}

void NetworkService::set_network(std::shared_ptr<Network> network) {
  network_ = std::move(network);
  tell_watchers();
}

void NetworkService::set_waiting_for(std::string what) {
  waiting_for_ = std::move(what);
  tell_watchers();
}

Status NetworkService::serve() {
  bus::Service service;
  add(service, pb::kSetup, &setup);
  add(service, pb::kTeardown, &teardown);
  add(service, pb::kCheck, &check);
  add(service, pb::kReconcile, &reconcile);
  rpc::handle(service, pb::kStatus,
              [this](const bus::Caller&, const pb::NetworkStatusRequest&,
                     rpc::Answer<pb::NetworkStatusResponse> answer) { answer(status()); });
  rpc::handle(
      service, pb::kWatchStatus,
      [this](const bus::Caller&, const pb::WatchNetworkStatusRequest&, StatusWriter writer) {
        if (writer.write(status())) watchers_.push_back(std::move(writer));
      });
  return context_.server().serve(pb::kService, std::move(service));
}

}  // namespace kubus::flannel
