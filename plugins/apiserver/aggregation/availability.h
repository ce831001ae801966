// AvailabilityController: finds out whether the servers behind APIServices answer, and shows it in
// the conditions of these.
//
// Thread safety: everything on the loop.
//
// A service is looked at when it, its Service or an endpoint of that changes, and twice a minute;
// one that does not answer again and again, ever more slowly.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "aggregation/describer.h"
#include "aggregation/remote_services.h"
#include "kubus/http/client.h"
#include "registry/registry.h"

namespace kubus::apiserver::aggregation {

class AvailabilityController {
 public:
  AvailabilityController(Registry& registry, RemoteServices& services, Describer& describer);
  // From now on it writes.
  void start();
  // Something in the cluster has changed.
  void wake();
  void stop();

 private:
  struct Watched {
    std::string surroundings;  // what the last look depended on
    bool busy = false;
    bool again = false;  // there were changes meanwhile
    int failures = 0;    // since it last answered
    Registration retry;
  };

  void pass(bool all);
  void check(const std::string& name);
  // What can be said without asking it; nothing when it is to be asked.
  std::optional<Availability> look(const RemoteService& service) const;
  void conclude(const std::string& name, const Availability& finding);
  void ended(const std::string& name, bool available);
  // Grows with every change that a look depends on.
  std::int64_t state() const;
  // Differs when a look at the service may find something else.
  std::string surroundings(const RemoteService& service) const;

  Registry& registry_;
  RemoteServices& services_;
  Describer& describer_;
  std::map<std::string, Watched> watched_;
  std::int64_t seen_ = -1;
  bool running_ = false;
  bool scheduled_ = false;
  Registration timer_;
  http::Client client_{"api-services"};
};

}  // namespace kubus::apiserver::aggregation
