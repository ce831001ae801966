// How webhooks of all kinds are reached: at a URL, or at the pods behind a Service, over HTTPS.
//
// Thread safety: post() from any thread; the rest are values and pure functions.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "cache/cluster_cache.h"
#include "kubus/function.h"
#include "kubus/http/client.h"
#include "kubus/http/tls.h"

namespace kubus::apiserver::webhooks {

// Where a webhook is, as the `clientConfig` of a configuration says it.
struct Address {
  std::string url;  // empty: the service
  std::string service, service_namespace, path;
  std::int32_t port = 443;
};

template <class ClientConfig>
Address address_of(const ClientConfig& client) {
  Address out;
  if (!client.has_service()) {
    out.url = client.url();
    return out;
  }
  out.service = client.service().name();
  out.service_namespace = client.service().namespace_();
  out.path = client.service().path();
  if (client.service().has_port()) out.port = client.service().port();
  return out;
}

struct Question {
  Address address;
  Result<std::shared_ptr<const http::ClientTls>> tls = Status(Code::kUnknown, "no TLS");
  std::chrono::seconds timeout{10};  // said to the webhook as well
  std::string json;
  std::size_t most = std::size_t{3} * 1024 * 1024;  // bytes of an answer
  http::AskerPtr asker;
};

// `done` gets the body of an answer that is a success, else why there is none, in the words of the
// reference and with the code of the answer, or kServiceUnavailable; on the client's thread, or
// before this returns. `cache` is where Services are.
void post(http::Client& client, ClusterCache& cache, Question question,
          UniqueFunction<void(Result<std::string>)> done);

}  // namespace kubus::apiserver::webhooks
