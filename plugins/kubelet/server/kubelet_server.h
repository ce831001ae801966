// KubeletServer: the kubelet's HTTPS API.
//
// Thread safety: start(), set_client_ca() and stop() one at a time, from any thread but the
// server's own.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "kubus/http/server.h"
#include "kubus/pki/certificate.h"
#include "log_requests.h"
#include "node_reports.h"
#include "port_forward_requests.h"
#include "session_requests.h"

namespace kubus::kubelet {

struct ServerSettings {
  std::string address;
  std::uint16_t port = 10250;  // 0: any free one
  std::string cert_dir;
  std::string node_name;
  std::string node_ip;
  Machine machine;
  std::string configz;  // the running configuration as JSON
};

class KubeletServer final : public http::Handler {
 public:
  KubeletServer(const ServerParts& parts, ServerSettings settings);
  ~KubeletServer() override;

  // Makes the certificate if need be and listens. Until a CA is known no client certificate is
  // believed.
  Status start();
  std::uint16_t port() const { return server_->port(); }
  void set_client_ca(const std::string& pem);
  // Ends sessions and streams, lets other requests finish for `grace`, then closes everything.
  void stop(std::chrono::milliseconds grace);
  // For news of the runtime.
  ContainerEnds& ends() { return ends_; }

  void handle(std::shared_ptr<http::Exchange> exchange) override;
  http::Response failure(int status, std::string message) override;

 private:
  void add_routes();
  // Takes the certificate into use and plans its renewal.
  Status renew();
  void renew_in(Duration wait);

  const ServerParts parts_;
  const ServerSettings settings_;
  ContainerEnds ends_;
  LogRequests logs_;
  SessionRequests sessions_;
  PortForwardRequests ports_;
  NodeReports reports_;
  std::map<std::string, Route, std::less<>> routes_;
  std::mutex mutex_;  // guards what follows
  pki::Pair pair_;
  std::string client_ca_;
  std::unique_ptr<http::Server> server_;
  Registration renewal_;
};

}  // namespace kubus::kubelet
