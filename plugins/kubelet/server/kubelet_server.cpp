#include "kubelet_server.h"

#include "access.h"
#include "reply.h"
#include "serving_certificate.h"

namespace kubus::kubelet {
namespace {

// Sessions and logs go on as long as something moves in them now and then.
constexpr std::chrono::hours kStreamIdle{4};
constexpr std::chrono::hours kRenewalRetry{1};

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    segments.push_back(http::percent_decode(path.substr(0, end), false));
    path.remove_prefix(end);
  }
  // "/runningpods/" is "/runningpods".
  if (!segments.empty() && segments.back().empty()) segments.pop_back();
  return segments;
}

http::ServerOptions server_options(const ServerSettings& settings) {
  http::ServerOptions options;
  options.address = settings.address;
  options.port = settings.port;
  options.limits.stream_idle = kStreamIdle;
  options.limits.write = kStreamIdle;
  return options;
}

}  // namespace

KubeletServer::KubeletServer(const ServerParts& parts, ServerSettings settings)
    : parts_(parts),
      settings_(std::move(settings)),
      logs_(parts_, ends_),
      sessions_(parts_),
      ports_(parts_),
      reports_(parts_, settings_.node_name, settings_.machine, settings_.configz) {
  add_routes();
}

// Its threads use everything else.
KubeletServer::~KubeletServer() { stop(std::chrono::milliseconds(0)); }

void KubeletServer::add_routes() {
  routes_["healthz"] = [](const ServerRequest& request) { request.respond(text_reply(200, "ok")); };
  routes_["containerLogs"] = [this](ServerRequest request) { logs_.serve(std::move(request)); };
  routes_["exec"] = [this](ServerRequest request) { sessions_.serve_exec(std::move(request)); };
  routes_["portForward"] = [this](ServerRequest request) { ports_.serve(std::move(request)); };
  routes_["attach"] = [this](ServerRequest request) { sessions_.serve_attach(std::move(request)); };
  reports_.add_routes(routes_);
}

Status KubeletServer::start() {
  KUBUS_TRY(renew());
  return server_->start();
}

Status KubeletServer::renew() {
  auto certificate =
      ensure_serving_certificate(settings_.cert_dir, settings_.node_name, settings_.node_ip);
  if (!certificate.ok()) return certificate.status().annotate("serving certificate");
  std::lock_guard lock(mutex_);
  pair_ = std::move(certificate->pair);
  auto tls = http::ServerTls::make(pair_.certificate_pem, pair_.key_pem, client_ca_);
  if (!tls.ok()) return tls.status();
  if (server_)
    server_->set_tls(std::move(*tls));
  else
    server_ = std::make_unique<http::Server>(server_options(settings_), std::move(*tls), *this);
  renew_in(certificate->renew_at - std::chrono::system_clock::now());
  return {};
}

void KubeletServer::renew_in(Duration wait) {
  renewal_ = parts_.loop.after(std::max<Duration>(wait, kRenewalRetry), [this] {
    parts_.pool.post([this] {
      if (renew().ok()) return;
      std::lock_guard lock(mutex_);
      renew_in(kRenewalRetry);
    });
  });
}

void KubeletServer::set_client_ca(const std::string& pem) {
  std::lock_guard lock(mutex_);
  if (pem == client_ca_) return;
  client_ca_ = pem;
  auto tls = http::ServerTls::make(pair_.certificate_pem, pair_.key_pem, client_ca_);
  if (tls.ok() && server_) server_->set_tls(std::move(*tls));
}

void KubeletServer::stop(std::chrono::milliseconds grace) {
  if (server_) server_->stop(grace);
}

void KubeletServer::handle(std::shared_ptr<http::Exchange> exchange) {
  const auto& request = exchange->request();
  if (const auto allowed = check_access(request); !allowed.ok())
    return exchange->respond(error_reply(allowed));
  auto segments = split(request.path());
  const auto route = segments.empty() ? routes_.end() : routes_.find(segments.front());
  if (route == routes_.end()) return exchange->respond(not_found_reply());
  if (request.method != "GET" && request.method != "POST")
    return exchange->respond(text_reply(405, "405: Method Not Allowed"));
  segments.erase(segments.begin());
  auto query = http::Query::parse(request.query());
  route->second({std::move(exchange), std::move(segments), std::move(query)});
}

http::Response KubeletServer::failure(int status, std::string message) {
  return text_reply(status, std::to_string(status) + " " +
                                std::string(http::reason_phrase(status)) + ": " + message);
}

}  // namespace kubus::kubelet
