// The subresources that are answered elsewhere: logs, exec, attach and port-forward by the pod's
// kubelet, and the proxies to nodes, pods and services.
//
// Thread safety: all members from any thread.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "cache/cluster_cache.h"
#include "kubus/http/exchange.h"
#include "proxy/forwarded.h"
#include "proxy/service_endpoint.h"
#include "registry/call.h"

namespace kubus::apiserver {

class Proxy {
 public:
  // `kubelet_tls` shows our client certificate, `plain_tls` none: that is for pods and services.
  Proxy(ClusterCache& cache, std::shared_ptr<const http::ClientTls> kubelet_tls,
        std::shared_ptr<const http::ClientTls> plain_tls, IdentityFields identities)
      : cache_(cache),
        identities_(std::move(identities)),
        kubelet_tls_(std::move(kubelet_tls)),
        plain_tls_(std::move(plain_tls)) {}

  // A new one for connections made from now on.
  void set_kubelet_tls(std::shared_ptr<const http::ClientTls> tls);

  bool handles(const Call& call) const;
  // Whether it is passed on with this verb: who may watch everything may not thereby execute.
  static bool allows(const Call& call);
  // What stands behind the name of a proxy in the path of the request, as it was sent: "/" or
  // more.
  static std::string path_behind(const Call& call);
  void serve(CallPtr call, std::shared_ptr<http::Exchange> exchange);

 private:
  // The name in the path of a proxy: [scheme:]name[:port].
  struct Target {
    std::string scheme, name, port;
  };

  Result<http::Upstream> resolve(const Call& call, const http::Request& request) const;
  Result<http::Upstream> to_container(const Call& call, const http::Request& request) const;
  Result<http::Upstream> to_node(const Call& call) const;
  Result<http::Upstream> to_pod(const Call& call) const;
  Result<http::Upstream> to_service(const Call& call) const;
  Result<Endpoint> kubelet_of(const std::string& node) const;
  static std::optional<Target> parse_target(const std::string& name);

  std::shared_ptr<const http::ClientTls> kubelet_tls() const;

  ClusterCache& cache_;
  const IdentityFields identities_;
  mutable std::mutex mutex_;
  std::shared_ptr<const http::ClientTls> kubelet_tls_;
  std::shared_ptr<const http::ClientTls> plain_tls_;
};

}  // namespace kubus::apiserver
