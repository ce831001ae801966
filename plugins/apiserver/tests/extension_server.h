// An API server of somebody else's, for the aggregation layer: a real HTTPS server at an address of
// this machine that a Service may lead to.
//
// Thread safety: all members from any thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "kubus/http/server.h"
#include "kubus/pki/certificate.h"

namespace kubus::apiserver {

class ExtensionServer final : public http::Handler {
 public:
  // An IPv4 address of this machine that is not the loopback one; empty: it has none.
  static std::string outward_address();

  // Its certificate is of the Service "SERVICE.default.svc".
  explicit ExtensionServer(const std::string& service);
  ~ExtensionServer() override;

  using Fields = std::vector<std::pair<std::string, std::string>>;
  struct Answer {
    int status = 200;
    std::string body;
    Fields fields;  // of the header
  };
  // What it answers at a path; 404 at all others. A request that names the answer's ETag gets 304.
  void on(const std::string& path, Answer answer);
  // The first requests at the path are answered with 500.
  void fail_first(const std::string& path, int requests);
  // Requests at that path stay without an answer until they are let go, or this object ends.
  void hang(const std::string& path);
  void let_go(const std::string& path);
  void stop() { server_->stop(std::chrono::milliseconds(100)); }

  std::uint16_t port() const { return server_->port(); }
  std::string ca_bundle() const;
  // The headers of the requests at that path.
  std::vector<http::Headers> asked(const std::string& path) const;

  void handle(std::shared_ptr<http::Exchange> exchange) override;
  http::Response failure(int status, std::string message) override;

 private:
  void answer(const std::shared_ptr<http::Exchange>& exchange);

  mutable std::mutex mutex_;
  std::map<std::string, Answer> answers_;
  std::map<std::string, int> failing_;
  std::map<std::string, std::vector<http::Headers>> asked_;
  std::map<std::string, std::vector<std::shared_ptr<http::Exchange>>> hanging_;
  pki::Pair ca_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace kubus::apiserver
