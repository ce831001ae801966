// AvailabilityController: finds out whether the servers behind APIServices answer, and which
// resources they have.
//
// Thread safety: everything on the loop.
//
// A service is looked at when it, its Service or an endpoint changes, and twice a minute.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "aggregation/remote_services.h"
#include "custom/catalog.h"
#include "kubus/http/client.h"
#include "proxy/service_endpoint.h"
#include "registry/registry.h"

namespace kubus::apiserver::aggregation {

class AvailabilityController {
 public:
  AvailabilityController(Registry& registry, KindCatalog& kinds, RemoteServices& services);
  // From now on it writes.
  void start();
  // Something in the cluster has changed.
  void wake();
  void stop();

 private:
  void pass();
  void check(const RemoteServicePtr& service);
  // Where it is to be asked, or what can be said without that.
  std::optional<Endpoint> look(const RemoteService& service, Availability& finding) const;
  void ask(const RemoteServicePtr& service, const Endpoint& endpoint);
  void answered(const RemoteServicePtr& service, const std::string& url,
                const Result<http::Response>& response);
  void conclude(const std::string& name, const Availability& finding);
  void show(const std::string& name, std::shared_ptr<const std::vector<ResourceInfo>> kinds);
  // Grows with every change that a look depends on.
  std::int64_t state() const;

  Registry& registry_;
  KindCatalog& kinds_;
  RemoteServices& services_;
  RemoteKinds shown_;
  std::set<std::string> busy_;
  std::int64_t seen_ = -1;
  bool running_ = false;
  bool scheduled_ = false;
  bool again_ = false;  // there were changes while a service was being checked
  Registration timer_;
  http::Client client_{"api-services"};
};

}  // namespace kubus::apiserver::aggregation
