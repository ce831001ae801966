#include "aggregation/availability.h"

#include <k8s/core/v1/service.pb.h>
#include <k8s/discovery/v1/endpoint_slice.pb.h>

#include <algorithm>

#include "aggregation/probe.h"
#include "aggregation/unavailable_metrics.h"
#include "registry/reflect.h"

namespace kubus::apiserver::aggregation {
namespace {

constexpr std::chrono::seconds kPeriod{30};
constexpr std::chrono::milliseconds kFirstRetry{250};

// Twice as long after each failure, up to the period.
Duration retry_after(int failures) {
  constexpr int kMostDoublings = 7;
  return std::min<Duration>(kPeriod, kFirstRetry * (1 << std::min(failures, kMostDoublings)));
}

const core_v1::ServicePort* port_of(const core_v1::Service& service, const std::string& number) {
  for (const auto& port : service.spec().ports())
    if (std::to_string(port.port()) == number) return &port;
  return nullptr;
}

template <class Visit>
void each_slice(ClusterCache& cache, const RemoteService& service, Visit visit) {
  cache.find("discovery.k8s.io", "endpointslices")
      ->for_each(service.ns, [&](const ObjectPtr& object) {
        const auto* owner = find_label(object->labels(), "kubernetes.io/service-name");
        if (owner && *owner == service.service) visit(object);
      });
}

// Somebody who is ready, at a port of this name.
bool serves(const discovery_v1::EndpointSlice& slice, const std::string& port_name) {
  const auto& endpoints = slice.endpoints();
  const auto& ports = slice.ports();
  return std::any_of(ports.begin(), ports.end(),
                     [&](const auto& port) { return port.name() == port_name; }) &&
         std::any_of(endpoints.begin(), endpoints.end(), [](const auto& one) {
           return !one.conditions().has_ready() || one.conditions().ready();
         });
}

}  // namespace

AvailabilityController::AvailabilityController(Registry& registry, RemoteServices& services,
                                               Describer& describer)
    : registry_(registry), services_(services), describer_(describer) {}

void AvailabilityController::start() {
  running_ = true;
  timer_ = registry_.context().loop().every(kPeriod, [this] {
    if (!services_.all()->empty()) pass(true);
  });
  wake();
}

void AvailabilityController::stop() {
  running_ = false;
  timer_.reset();
  watched_.clear();
}

std::int64_t AvailabilityController::state() const {
  auto& cache = registry_.cache();
  auto newest = cache.find(kGroup, kPlural)->revision();
  // What others change only matters where there are such services.
  if (services_.all()->empty()) return newest;
  newest = std::max(newest, cache.find("", "services")->revision());
  return std::max(newest, cache.find("discovery.k8s.io", "endpointslices")->revision());
}

void AvailabilityController::wake() {
  if (!running_ || scheduled_ || state() == seen_) return;
  scheduled_ = true;
  registry_.context().loop().post([this] {
    scheduled_ = false;
    if (running_) pass(false);
  });
}

void AvailabilityController::pass(bool all) {
  seen_ = state();
  const auto services = services_.all();
  std::erase_if(watched_, [&](const auto& entry) {
    const bool gone = !services->contains(entry.first);
    if (gone) forget_availability(entry.first);
    return gone;
  });
  describer_.settle();
  for (const auto& [name, service] : *services) {
    auto& watched = watched_[name];
    auto now = surroundings(*service);
    if (!all && now == watched.surroundings) continue;
    watched.surroundings = std::move(now);
    check(name);
  }
}

std::string AvailabilityController::surroundings(const RemoteService& service) const {
  auto& cache = registry_.cache();
  std::string text = service.spec;
  if (const auto stored = cache.find("", "services")->get(service.ns + "/" + service.service))
    text += "/" + std::to_string(stored->revision());
  each_slice(cache, service,
             [&](const ObjectPtr& slice) { text += "/" + std::to_string(slice->revision()); });
  return text;
}

void AvailabilityController::check(const std::string& name) {
  const auto all = services_.all();
  const auto found = all->find(name);
  if (found == all->end()) return;
  auto& watched = watched_[name];
  if (std::exchange(watched.busy, true)) {
    watched.again = true;
    return;
  }
  watched.retry.reset();
  if (const auto finding = look(*found->second)) return conclude(name, *finding);
  probe(client_, registry_.cache(), found->second, [this, name](std::string why) {
    registry_.context().loop().post([this, name, why = std::move(why)] {
      if (!running_) return;
      conclude(name, why.empty() ? Availability{true, "Passed", "all checks passed"}
                                 : Availability{false, "FailedDiscoveryCheck", why});
    });
  });
}

std::optional<Availability> AvailabilityController::look(const RemoteService& service) const {
  auto& cache = registry_.cache();
  const auto place = "service/" + service.service + " in \"" + service.ns + "\"";
  const auto stored = cache.find("", "services")->get(service.ns + "/" + service.service);
  if (!stored) return Availability{false, "ServiceNotFound", place + " is not present"};
  const auto& object = static_cast<const core_v1::Service&>(*stored->decoded());
  // What has no address of the cluster's may be anywhere.
  if (object.spec().type() != "ClusterIP") return std::nullopt;
  const auto* port = port_of(object, service.port);
  if (!port)
    return Availability{false, "ServicePortError",
                        place + " is not listening on port " + service.port};
  bool any = false, ready = false;
  each_slice(cache, service, [&](const ObjectPtr& slice) {
    any = true;
    ready = ready || serves(static_cast<const discovery_v1::EndpointSlice&>(*slice->decoded()),
                            port->name());
  });
  if (!any)
    return Availability{false, "EndpointsNotFound", "cannot find endpointslices for " + place};
  if (!ready)
    return Availability{
        false, "MissingEndpoints",
        "endpoints for " + place + " have no addresses with port name \"" + port->name() + "\""};
  return std::nullopt;
}

void AvailabilityController::conclude(const std::string& name, const Availability& finding) {
  const auto all = services_.all();
  const auto known = all->find(name);
  show_availability(name, finding, known != all->end() && known->second->available);
  auto call =
      own_call(registry_.cache(), *find_resource(kGroup, "v1", kPlural), {}, name, "update");
  registry_.change(
      std::move(call), Part::kWhole,
      [finding](const Object&, const Message& current) -> Result<MessagePtr> {
        MessagePtr next = clone(current);
        set_availability(static_cast<APIService&>(*next), finding);
        return next;
      },
      [this, name, available = finding.available](const Result<Answer>& result) {
        if (!result.ok() && result.code() != Code::kNotFound)
          registry_.context().log().warn("the status of an API service cannot be written",
                                         {{"name", name}, {"error", result.status().to_string()}});
        registry_.context().loop().post([this, name, available] { ended(name, available); });
      });
}

void AvailabilityController::ended(const std::string& name, bool available) {
  const auto found = watched_.find(name);
  if (!running_ || found == watched_.end()) return;
  auto& watched = found->second;
  watched.busy = false;
  describer_.checked(name, available);
  if (std::exchange(watched.again, false)) return check(name);
  watched.failures = available ? 0 : watched.failures + 1;
  if (!available)
    watched.retry = registry_.context().loop().after(retry_after(watched.failures - 1),
                                                     [this, name] { check(name); });
}

}  // namespace kubus::apiserver::aggregation
