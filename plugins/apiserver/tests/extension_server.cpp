#include "tests/extension_server.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>

#include <array>
#include <stdexcept>

#include "kubus/api/base64.h"

namespace kubus::apiserver {

std::string ExtensionServer::outward_address() {
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return {};
  std::string found;
  for (const auto* one = all; one && found.empty(); one = one->ifa_next) {
    if (!one->ifa_addr || one->ifa_addr->sa_family != AF_INET) continue;
    if ((one->ifa_flags & IFF_LOOPBACK) != 0 || (one->ifa_flags & IFF_UP) == 0) continue;
    std::array<char, INET_ADDRSTRLEN> text{};
    const auto* address = reinterpret_cast<const sockaddr_in*>(one->ifa_addr);
    ::inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size());
    found = text.data();
  }
  ::freeifaddrs(all);
  return found;
}

ExtensionServer::ExtensionServer(const std::string& service)
    : ca_(*pki::make_ca("extension", std::chrono::hours(1))) {
  pki::Request request;
  request.subject.common_name = service;
  request.use = pki::Use::kServer;
  request.dns_names = {service + ".default.svc"};
  const auto pair = *pki::issue(ca_, request);
  http::ServerOptions options;
  options.address = outward_address();
  options.port = 0;
  server_ = std::make_unique<http::Server>(
      options, *http::ServerTls::make(pair.certificate_pem, pair.key_pem, {}), *this);
  if (const auto started = server_->start(); !started.ok())
    throw std::runtime_error(started.message());
}

ExtensionServer::~ExtensionServer() {
  stop();
  // They belong to the server.
  hanging_.clear();
}

void ExtensionServer::on(const std::string& path, Answer answer) {
  const std::lock_guard lock(mutex_);
  answers_[path] = std::move(answer);
}

void ExtensionServer::fail_first(const std::string& path, int requests) {
  const std::lock_guard lock(mutex_);
  failing_[path] = requests;
}

void ExtensionServer::hang(const std::string& path) {
  const std::lock_guard lock(mutex_);
  hanging_[path];
}

void ExtensionServer::let_go(const std::string& path) {
  std::vector<std::shared_ptr<http::Exchange>> kept;
  {
    const std::lock_guard lock(mutex_);
    kept = std::move(hanging_[path]);
    hanging_.erase(path);
  }
  for (const auto& exchange : kept) answer(exchange);
}

std::string ExtensionServer::ca_bundle() const { return encode_base64(ca_.certificate_pem); }

std::vector<http::Headers> ExtensionServer::asked(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto found = asked_.find(path);
  return found == asked_.end() ? std::vector<http::Headers>() : found->second;
}

void ExtensionServer::handle(std::shared_ptr<http::Exchange> exchange) {
  const std::string path(exchange->request().path());
  {
    const std::lock_guard lock(mutex_);
    asked_[path].push_back(exchange->request().headers);
    if (const auto hanging = hanging_.find(path); hanging != hanging_.end())
      return hanging->second.push_back(std::move(exchange));
  }
  answer(exchange);
}

void ExtensionServer::answer(const std::shared_ptr<http::Exchange>& exchange) {
  const auto& request = exchange->request();
  const std::string path(request.path());
  const std::lock_guard lock(mutex_);
  if (const auto failing = failing_.find(path); failing != failing_.end() && failing->second-- > 0)
    return exchange->respond(failure(500, "not yet"));
  const auto known = answers_.find(path);
  if (known == answers_.end()) return exchange->respond(failure(404, "there is no such thing"));
  http::Response response;
  response.status = known->second.status;
  response.headers.add("Content-Type", "application/json");
  for (const auto& [name, value] : known->second.fields) response.headers.add(name, value);
  const auto tag = response.headers.get("ETag");
  if (!tag.empty() && request.headers.get("If-None-Match") == tag)
    response.status = 304;
  else
    response.body.push_back(Bytes::copy(known->second.body));
  exchange->respond(std::move(response));
}

http::Response ExtensionServer::failure(int status, std::string message) {
  http::Response response;
  response.status = status;
  response.body.emplace_back(std::move(message));
  return response;
}

}  // namespace kubus::apiserver
