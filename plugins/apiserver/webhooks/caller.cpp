#include "webhooks/caller.h"

#include <utility>

#include "proxy/service_endpoint.h"
#include "proxy/url_target.h"
#include "respond/client_words.h"

namespace kubus::apiserver::webhooks {
namespace {

namespace registration = admissionregistration_v1;

constexpr std::uint16_t kHttps = 443;

// Where a question goes, and what that is called in messages.
struct Target {
  http::ClientRequest request;
  std::string url;
};

Result<Target> target_of_url(const std::string& url) {
  auto request = request_to(url);
  if (!request.ok()) return request.status();
  return Target{std::move(*request), url};
}

Result<Target> target_of_service(const registration::ServiceReference& service,
                                 ClusterCache& cache) {
  const auto port = service.has_port() ? service.port() : kHttps;
  auto endpoint =
      service_endpoint(cache, service.namespace_(), service.name(), std::to_string(port));
  if (endpoint.code() == Code::kNotFound)
    return Status(Code::kNotFound, "service \"" + service.name() + "\" not found");
  if (!endpoint.ok()) return endpoint.status();
  Target out;
  out.request.host = std::move(endpoint->host);
  out.request.port = endpoint->port;
  out.request.server_name = service.name() + "." + service.namespace_() + ".svc";
  out.request.target = service.path().empty() ? "/" : service.path();
  out.url = "https://" + out.request.server_name + ":" + std::to_string(port) + out.request.target;
  return out;
}

Status not_called(const std::string& why) {
  return Status(Code::kInternalError, "failed to call webhook: " + why);
}

Result<Verdict> read_answer(const Result<http::Response>& response, const std::string& url,
                            const std::string& uid, bool mutates) {
  if (!response.ok()) return not_called("Post \"" + url + "\": " + response.status().message());
  std::string body;
  for (const auto& part : response->body) body += part.view();
  if (response->status < 200 || response->status > 206)
    return not_called(words_of_failure(response->status, body));
  auto verdict = read_verdict(body, uid, mutates);
  if (!verdict.ok()) return verdict.status().annotate("received invalid webhook response");
  return verdict;
}

}  // namespace

void Caller::ask(const WebhookPtr& webhook, const std::string& uid, std::string question,
                 Done done) {
  auto target = webhook->client.has_service() ? target_of_service(webhook->client.service(), cache_)
                                              : target_of_url(webhook->client.url());
  if (!target.ok()) return done(not_called(target.status().message()));
  if (!webhook->tls.ok()) return done(not_called(webhook->tls.status().message()));
  auto& request = target->request;
  const auto timeout = "?timeout=" + std::to_string(webhook->timeout.count()) + "s";
  request.target += timeout;
  request.tls = *webhook->tls;
  request.timeout = webhook->timeout;
  request.headers.add("Content-Type", "application/json");
  request.headers.add("Accept", "application/json, */*");
  request.headers.add("User-Agent", "kube-apiserver-admission");
  request.body = std::move(question);
  client_.send(std::move(request),
               [url = target->url + timeout, uid, mutates = webhook->mutates,
                done = std::move(done)](const Result<http::Response>& response) mutable {
                 done(read_answer(response, url, uid, mutates));
               });
}

}  // namespace kubus::apiserver::webhooks
