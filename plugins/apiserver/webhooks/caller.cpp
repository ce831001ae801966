#include "webhooks/caller.h"

#include <charconv>
#include <utility>

#include "proxy/service_endpoint.h"

namespace kubus::apiserver::webhooks {
namespace {

namespace registration = admissionregistration_v1;

constexpr std::uint16_t kHttps = 443;

// Where a question goes, and what that is called in messages.
struct Target {
  http::ClientRequest request;
  std::string url;
};

// "https://host[:port][/path]", which is what validation lets pass.
Result<Target> target_of_url(const std::string& url) {
  static constexpr std::string_view kScheme = "https://";
  const auto wrong = [&] { return Status(Code::kInternalError, "invalid URL " + url); };
  if (!url.starts_with(kScheme)) return wrong();
  const auto slash = url.find('/', kScheme.size());
  auto place = url.substr(kScheme.size(), slash - kScheme.size());
  Target out;
  out.url = url;
  out.request.target = slash == std::string::npos ? "/" : url.substr(slash);
  out.request.port = kHttps;
  const auto colon = place.rfind(':');
  if (colon != std::string::npos && place.find(']', colon) == std::string::npos) {
    const auto* end = place.data() + place.size();
    const auto read = std::from_chars(place.data() + colon + 1, end, out.request.port);
    if (read.ec != std::errc() || read.ptr != end) return wrong();
    place.resize(colon);
  }
  if (place.starts_with('[') && place.ends_with(']')) place = place.substr(1, place.size() - 2);
  out.request.host = place;
  return out;
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

// What the client library of the reference says of an answer that is no success.
std::string refused(int status, std::string_view body) {
  switch (status) {
    case 400:
      return "the server rejected our request for an unknown reason";
    case 401:
      return "the server has asked for the client to provide credentials";
    case 403:
      return body.empty() ? "forbidden" : std::string(body);
    case 404:
      return "the server could not find the requested resource";
    case 405:
      return "the server does not allow this method on the requested resource";
    case 409:
      return "the server reported a conflict";
    case 422:
      return "the server rejected our request due to an error in our request";
    case 429:
      return "the server has received too many requests and has asked us to try again later";
    case 503:
      return "the server is currently unable to handle the request";
    case 504:
      return "the server was unable to return a response in the time allotted, but may still be "
             "processing the request";
    default:
      if (status < 500)
        return "the server responded with the status code " + std::to_string(status) +
               " but did not return more information";
      return "an error on the server (\"" + std::string(body.substr(0, 1024)) +
             "\") has prevented the request from succeeding";
  }
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
    return not_called(refused(response->status, body));
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
