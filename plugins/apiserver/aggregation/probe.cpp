#include "aggregation/probe.h"

#include <mutex>

namespace kubus::apiserver::aggregation {
namespace {

constexpr std::size_t kAttempts = 5;
constexpr std::chrono::seconds kPatience{5};
constexpr std::size_t kMostAnswer = std::size_t{16} * 1024 * 1024;

// What the attempts have in common.
class Attempts {
 public:
  explicit Attempts(UniqueFunction<void(std::string)> done) : done_(std::move(done)) {}

  void ended(std::string why) {
    UniqueFunction<void(std::string)> done;
    {
      const std::lock_guard lock(mutex_);
      if (--left_ > 0 && !why.empty()) return;
      done = std::exchange(done_, nullptr);
    }
    if (done) done(std::move(why));
  }

 private:
  std::mutex mutex_;
  std::size_t left_ = kAttempts;
  UniqueFunction<void(std::string)> done_;
};

// "v1." is the core group, which is served elsewhere.
std::string target_of(const RemoteService& service) {
  if (service.group.empty()) return "/api/" + service.version;
  return "/apis/" + service.group + "/" + service.version;
}

std::string wrong_with(const std::string& url, const Result<http::Response>& response) {
  std::string why;
  if (!response.ok())
    why = "Get \"" + url + "\": " + response.status().message();
  else if (response->status < 200 || response->status > 299)
    why = "bad status from " + url + ": " + std::to_string(response->status);
  return why.empty() ? why : "failing or missing response from " + url + ": " + why;
}

void attempt(http::Client& client, ClusterCache& cache, const RemoteService& service,
             const std::shared_ptr<Attempts>& attempts) {
  const auto endpoint = service_endpoint(cache, service.ns, service.service, service.port);
  if (!endpoint.ok()) return attempts->ended(endpoint.status().message());
  if (!service.probing.ok()) return attempts->ended(service.probing.status().message());
  auto request = own_request(service, *endpoint, target_of(service), "system:kube-aggregator");
  request.tls = *service.probing;
  const auto url =
      "https://" + endpoint->host + ":" + std::to_string(endpoint->port) + request.target;
  client.send(std::move(request), [attempts, url](const Result<http::Response>& response) {
    attempts->ended(wrong_with(url, response));
  });
}

}  // namespace

http::ClientRequest own_request(const RemoteService& service, const Endpoint& endpoint,
                                std::string target, const char* user) {
  http::ClientRequest request;
  request.method = "GET";
  request.host = endpoint.host;
  request.port = endpoint.port;
  request.timeout = kPatience;
  request.most = kMostAnswer;
  request.target = std::move(target);
  request.headers.add("X-Remote-User", user);
  request.headers.add("X-Remote-Group", "system:masters");
  if (service.checks_name) request.server_name = service.server_name();
  return request;
}

void probe(http::Client& client, ClusterCache& cache, const RemoteServicePtr& service,
           UniqueFunction<void(std::string)> done) {
  const auto attempts = std::make_shared<Attempts>(std::move(done));
  for (std::size_t i = 0; i < kAttempts; ++i) attempt(client, cache, *service, attempts);
}

}  // namespace kubus::apiserver::aggregation
