#include "proxy/proxy.h"

#include <google/protobuf/message.h>
#include <k8s/core/v1/node.pb.h>
#include <k8s/core/v1/pod.pb.h>

#include <algorithm>
#include <boost/algorithm/string.hpp>
#include <boost/asio/ip/address.hpp>
#include <charconv>

#include "proxy/container.h"
#include "respond/status_body.h"

namespace kubus::apiserver {
namespace {

constexpr std::uint16_t kKubeletPort = 10250;

Status refused_log(int status, const std::string& body, const std::string& pod) {
  if (status == 400) return errors::bad_request(body);
  if (status == 500) return errors::internal(body);
  if (status == 404)
    return Status(Code::kNotFound,
                  "the server could not find the requested resource ( pods/log " + pod + ")");
  return Status(code_from_http(status), body.empty() ? "the kubelet refused" : body);
}

// What the status of a pod or a node says comes from the node: it must not lead to this machine
// itself, nor to what is on its own links only.
bool is_proxyable(const std::string& text) {
  boost::system::error_code error;
  auto address = boost::asio::ip::make_address(text, error);
  if (error) return false;
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    address = boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
  const bool on_link = address.is_v6() ? address.to_v6().is_link_local()
                                       : address.to_v4().to_uint() >> 16 == 0xA9FE;  // 169.254
  return !on_link && !address.is_loopback() && !address.is_multicast() &&
         !address.is_unspecified();
}

bool parse_port(std::string_view text, std::uint16_t& port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port > 0;
}

bool wants_upgrade(const http::Request& request) {
  return request.headers.has_token("Connection", "upgrade");
}

// Where a slash is that ends a segment, written as it is or escaped, but for the first of the path.
struct Slash {
  std::size_t at, size;
};

std::vector<Slash> slashes_of(std::string_view path) {
  std::vector<Slash> all;
  for (std::size_t at = 1; at < path.size(); ++at) {
    const auto escape = path.substr(at, 3);
    if (path[at] == '/') all.push_back({at, 1});
    if (escape == "%2f" || escape == "%2F") all.push_back({at, 3});
  }
  return all;
}

// What is behind ".../proxy", as sent, so that what was escaped stays so. The segments are those of
// parse_request(), which does not count slashes at the end.
std::string_view rest_of_path(const Call& call) {
  const std::string_view path = call.info.path;
  const auto slashes = slashes_of(path);
  auto segments = slashes.size() + 1;
  auto end = path.size();
  for (auto slash = slashes.rbegin(); slash != slashes.rend(); ++slash, --segments) {
    if (slash->at + slash->size != end) break;
    end = slash->at;
  }
  const auto before = segments - call.info.rest.size();
  return before <= slashes.size() ? path.substr(slashes[before - 1].at) : std::string_view();
}

// Links of a page without a slash at its end would lead elsewhere.
bool needs_slash(const Call& call, const http::Request& request) {
  return call.info.subresource == "proxy" && rest_of_path(call).empty() &&
         (request.method == "GET" || request.method == "HEAD") && !wants_upgrade(request);
}

http::Response with_slash(const Call& call, const http::Request& request) {
  http::Response moved;
  moved.status = 301;
  auto to = call.info.path + "/";
  if (!request.query().empty()) to.append("?").append(request.query());
  moved.headers.add("Location", to);
  return moved;
}

Status no_target(const Call& call, const char* kind) {
  return errors::bad_request(std::string("invalid ") + kind + " request \"" + call.info.name +
                             "\"");
}

}  // namespace

void Proxy::set_kubelet_tls(std::shared_ptr<const http::ClientTls> tls) {
  const std::lock_guard lock(mutex_);
  kubelet_tls_ = std::move(tls);
}

std::shared_ptr<const http::ClientTls> Proxy::kubelet_tls() const {
  const std::lock_guard lock(mutex_);
  return kubelet_tls_;
}

bool Proxy::handles(const Call& call) const {
  if (!call.resource->group.empty()) return false;
  const auto& sub = call.info.subresource;
  const auto& resource = call.resource->plural;
  if (sub == "proxy") return true;
  return resource == "pods" &&
         (sub == "log" || sub == "exec" || sub == "attach" || sub == "portforward");
}

bool Proxy::allows(const Call& call) {
  const auto& verbs = call.subresource->verbs;
  // A method without a verb, as OPTIONS, is the business of what stands behind a proxy.
  if (call.info.verb.empty()) return call.info.subresource == "proxy";
  return std::find(verbs.begin(), verbs.end(), call.info.verb) != verbs.end();
}

void Proxy::serve(CallPtr call, std::shared_ptr<http::Exchange> exchange) {
  auto upstream = resolve(*call, exchange->request());
  if (!upstream.ok()) return exchange->respond(status_response(upstream.status()));
  if (needs_slash(*call, exchange->request()))
    return exchange->respond(with_slash(*call, exchange->request()));
  if (upstream->host.empty()) {
    // Logs of a pod that is nowhere yet.
    http::Response empty;
    empty.headers.add("Content-Type", "text/plain");
    return exchange->respond(std::move(empty));
  }
  upstream->headers = forwarded_headers(exchange->request().headers, identities_);
  const auto sub = call->info.subresource;
  upstream->failed = [sub](const std::string& error) {
    if (sub == "proxy")
      return status_response(
          Status(Code::kServiceUnavailable, "error trying to reach service: " + error));
    return status_response(sub == "log"
                               ? errors::internal(error)
                               : Status(Code::kInternalError, "error dialing backend: " + error));
  };
  if (sub == "log")
    upstream->refused = [pod = call->info.name](int status, const std::string& body) {
      return status_response(refused_log(status, body, pod));
    };
  exchange->forward(std::move(*upstream));
}

Result<http::Upstream> Proxy::resolve(const Call& call, const http::Request& request) const {
  if (call.info.subresource != "proxy") return to_container(call, request);
  auto upstream = call.resource->plural == "nodes"  ? to_node(call)
                  : call.resource->plural == "pods" ? to_pod(call)
                                                    : to_service(call);
  if (upstream.ok() && !request.query().empty())
    upstream->target.append("?").append(request.query());
  return upstream;
}

Result<http::Upstream> Proxy::to_container(const Call& call, const http::Request& request) const {
  if (call.info.subresource == "log")
    KUBUS_TRY(check_log_options(call.info.name, call.query));
  const auto stored = call.cache->get(call.key());
  if (!stored) return errors::not_found(call.subject());
  const auto message = stored->decode();
  const auto& pod = static_cast<const core_v1::Pod&>(*message);
  const auto& sub = call.info.subresource;
  std::string container;
  if (sub != "portforward") {
    auto chosen = choose_container(pod, call.query.get("container"));
    if (!chosen.ok()) return chosen.status();
    container = std::move(*chosen);
  }
  http::Upstream upstream;
  if (pod.spec().nodename().empty()) {
    if (sub == "log") return upstream;
    return errors::bad_request("pod " + call.info.name + " does not have a host assigned");
  }
  auto kubelet = kubelet_of(pod.spec().nodename());
  if (!kubelet.ok()) return kubelet.status();
  if (sub != "log" && !wants_upgrade(request))
    return errors::bad_request("Upgrade request required");
  upstream.host = kubelet->host;
  upstream.port = kubelet->port;
  upstream.tls = kubelet_tls();
  upstream.target = kubelet_target(sub, pod, container, call.query);
  return upstream;
}

Result<Endpoint> Proxy::kubelet_of(const std::string& name) const {
  const auto stored = cache_.find("", "nodes")->get(name);
  if (!stored) return errors::not_found({"", "nodes", name});
  const auto message = stored->decode();
  const auto& status = static_cast<const core_v1::Node&>(*message).status();
  Endpoint endpoint;
  for (const char* type : {"InternalIP", "ExternalIP", "Hostname"})
    for (const auto& address : status.addresses())
      if (endpoint.host.empty() && address.type() == type) endpoint.host = address.address();
  if (endpoint.host.empty())
    return errors::internal("no preferred addresses found; known addresses: []");
  const auto port = status.daemonendpoints().kubeletendpoint().port();
  endpoint.port = port > 0 ? static_cast<std::uint16_t>(port) : kKubeletPort;
  return endpoint;
}

std::optional<Proxy::Target> Proxy::parse_target(const std::string& name) {
  std::vector<std::string> parts;
  boost::algorithm::split(parts, name, [](char c) { return c == ':'; });
  if (parts.size() > 3) return std::nullopt;
  if (parts.size() < 3) parts.insert(parts.begin(), "");
  parts.resize(3);
  if (parts[1].empty() || (!parts[0].empty() && parts[0] != "http" && parts[0] != "https"))
    return std::nullopt;
  return Target{std::move(parts[0]), std::move(parts[1]), std::move(parts[2])};
}

std::string Proxy::path_behind(const Call& call) {
  const auto path = rest_of_path(call);
  return path.empty() ? "/" : std::string(path);
}

Result<http::Upstream> Proxy::to_node(const Call& call) const {
  const auto target = parse_target(call.info.name);
  if (!target) return no_target(call, "node");
  auto kubelet = kubelet_of(target->name);
  if (!kubelet.ok()) return kubelet.status();
  if (!is_proxyable(kubelet->host)) return errors::bad_request("address not allowed");
  http::Upstream upstream;
  upstream.host = kubelet->host;
  upstream.port = kubelet->port;
  upstream.tls = kubelet_tls();
  upstream.target = path_behind(call);
  if (!target->port.empty() && !parse_port(target->port, upstream.port))
    return no_target(call, "node");
  if (target->scheme == "http" ||
      (!target->port.empty() && target->scheme.empty() && upstream.port != kubelet->port))
    upstream.tls = nullptr;
  return upstream;
}

Result<http::Upstream> Proxy::to_pod(const Call& call) const {
  const auto target = parse_target(call.info.name);
  if (!target) return no_target(call, "pod");
  const auto stored = call.cache->get(call.info.ns + "/" + target->name);
  if (!stored) return errors::not_found(call.subject(target->name));
  const auto message = stored->decode();
  const auto& pod = static_cast<const core_v1::Pod&>(*message);
  http::Upstream upstream;
  upstream.host = pod.status().podip();
  if (!is_proxyable(upstream.host)) return errors::bad_request("address not allowed");
  upstream.port = target->scheme == "https" ? 443 : 80;
  for (const auto& container : pod.spec().containers())
    if (container.ports_size() > 0) {
      upstream.port = static_cast<std::uint16_t>(container.ports(0).containerport());
      break;
    }
  if (!target->port.empty() && !parse_port(target->port, upstream.port))
    return no_target(call, "pod");
  if (target->scheme == "https") upstream.tls = plain_tls_;
  upstream.target = path_behind(call);
  return upstream;
}

Result<http::Upstream> Proxy::to_service(const Call& call) const {
  const auto target = parse_target(call.info.name);
  if (!target) return no_target(call, "service");
  auto endpoint = service_endpoint(cache_, call.info.ns, target->name, target->port);
  if (!endpoint.ok()) return endpoint.status();
  http::Upstream upstream;
  upstream.host = std::move(endpoint->host);
  upstream.port = endpoint->port;
  if (target->scheme == "https") upstream.tls = plain_tls_;
  upstream.target = path_behind(call);
  return upstream;
}

}  // namespace kubus::apiserver
