#include "webhooks/post.h"

#include <utility>

#include "proxy/service_endpoint.h"
#include "proxy/url_target.h"
#include "respond/client_words.h"

namespace kubus::apiserver::webhooks {
namespace {

Status unreached(const std::string& url, std::string_view why) {
  return Status(Code::kServiceUnavailable, "Post \"" + url + "\": " + std::string(why));
}

// Where `address` leads to. `url` is set to what it is called in messages, `timeout` included.
Result<http::ClientRequest> request_to_service(const Address& address, const std::string& timeout,
                                               ClusterCache& cache, std::string& url) {
  http::ClientRequest out;
  out.server_name = address.service + "." + address.service_namespace + ".svc";
  out.target = address.path.empty() ? "/" : address.path;
  url = "https://" + out.server_name + ":" + std::to_string(address.port) + out.target + timeout;
  auto endpoint = service_endpoint(cache, address.service_namespace, address.service,
                                   std::to_string(address.port));
  if (endpoint.code() == Code::kNotFound)
    return unreached(url, "service \"" + address.service + "\" not found");
  if (!endpoint.ok()) return unreached(url, endpoint.status().message());
  out.host = std::move(endpoint->host);
  out.port = endpoint->port;
  return out;
}

Result<std::string> read_answer(const Result<http::Response>& response, const std::string& url) {
  if (!response.ok()) return unreached(url, response.status().message());
  std::string body;
  for (const auto& part : response->body) body += part.view();
  if (response->status < 200 || response->status > 206)
    return Status(code_from_http(response->status), words_of_failure(response->status, body));
  if (!body.empty()) return body;
  return Status(Code::kServiceUnavailable,
                "0-length response with status code: " + std::to_string(response->status) +
                    " and content type: " + std::string(response->headers.get("Content-Type")));
}

}  // namespace

void post(http::Client& client, ClusterCache& cache, Question question,
          UniqueFunction<void(Result<std::string>)> done) {
  const auto timeout = "?timeout=" + std::to_string(question.timeout.count()) + "s";
  const auto& address = question.address;
  std::string url = address.url + timeout;
  auto request = address.url.empty() ? request_to_service(address, timeout, cache, url)
                                     : request_to(address.url);
  if (!request.ok()) return done(request.status());
  if (!question.tls.ok()) return done(question.tls.status());
  request->target += timeout;
  request->tls = *question.tls;
  request->timeout = question.timeout;
  request->most = question.most;
  request->headers.add("Content-Type", "application/json");
  request->headers.add("Accept", "application/json, */*");
  request->headers.add("User-Agent", "kube-apiserver-admission");
  request->body = std::move(question.json);
  request->asker = std::move(question.asker);
  client.send(std::move(*request),
              [url = std::move(url),
               done = std::move(done)](const Result<http::Response>& response) mutable {
                done(read_answer(response, url));
              });
}

}  // namespace kubus::apiserver::webhooks
