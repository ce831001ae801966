#include "services/service_allocator.h"

#include <k8s/core/v1/service.pb.h>

#include <algorithm>

namespace kubus::apiserver {
namespace {

using core_v1::Service;
using core_v1::ServiceSpec;

bool is_service(const ResourceInfo& resource) {
  return resource.group.empty() && resource.plural == "services";
}

bool has_address(const ServiceSpec& spec) { return spec.type() != "ExternalName"; }

bool has_node_ports(const ServiceSpec& spec) {
  return spec.type() == "NodePort" ||
         (spec.type() == "LoadBalancer" &&
          (!spec.has_allocateloadbalancernodeports() || spec.allocateloadbalancernodeports()));
}

template <class Items, class Item>
bool contains(const Items& items, const Item& item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

Status invalid_field(const std::string& name, std::string field, std::string value,
                     std::string why) {
  return errors::invalid({"", "Service", name},
                         {{"FieldValueInvalid", "Invalid value: " + value + ": " + why, field}});
}

}  // namespace

// What one write has taken, and what it will let go of.
class ServiceAllocator::Held final : public Reservation {
 public:
  explicit Held(ServiceAllocator& allocator) : allocator_(allocator) {}
  ~Held() override { allocator_.release(kept_ ? dropped : taken); }
  void keep() override { kept_ = true; }

  Holding taken, dropped;

 private:
  ServiceAllocator& allocator_;
  bool kept_ = false;
};

ServiceAllocator::ServiceAllocator(AddressRange addresses, PortRange ports)
    : addresses_(std::move(addresses)), ports_(std::move(ports)) {}

ServiceAllocator::Holding ServiceAllocator::holding_of(const ServiceSpec& spec) {
  Holding holding;
  if (has_address(spec))
    for (const auto& address : spec.clusterips())
      if (address != "None") holding.addresses.push_back(address);
  for (const auto& port : spec.ports())
    if (port.nodeport() != 0 && !contains(holding.ports, port.nodeport()))
      holding.ports.push_back(port.nodeport());
  if (spec.healthchecknodeport() != 0) holding.ports.push_back(spec.healthchecknodeport());
  return holding;
}

void ServiceAllocator::fill(ClusterCache& cache) {
  cache.find("", "services")->for_each([this](const ObjectPtr& object) {
    const auto decoded = object->decode();
    const auto holding = holding_of(static_cast<const Service&>(*decoded).spec());
    std::lock_guard lock(mutex_);
    for (const auto& address : holding.addresses) addresses_.take(address);
    for (const auto port : holding.ports) ports_.take(port);
  });
}

void ServiceAllocator::release(const Holding& holding) {
  std::lock_guard lock(mutex_);
  for (const auto& address : holding.addresses) addresses_.release(address);
  for (const auto port : holding.ports) ports_.release(port);
}

void ServiceAllocator::removed(const ResourceInfo& resource, const Message& object) {
  if (is_service(resource)) release(holding_of(static_cast<const Service&>(object).spec()));
}

Result<std::shared_ptr<Reservation>> ServiceAllocator::reserve(const Call& call, Message& object,
                                                               const Message* old) {
  if (!is_service(*call.resource) || call.info.subresource == "status")
    return std::shared_ptr<Reservation>();
  auto& spec = *static_cast<Service&>(object).mutable_spec();
  const auto& name = static_cast<Service&>(object).metadata().name();
  const auto before = old ? holding_of(static_cast<const Service&>(*old).spec()) : Holding();
  auto held = std::make_shared<Held>(*this);
  std::unique_lock lock(mutex_);
  auto status = reserve_address(name, spec, before, held->taken);
  if (status.ok()) status = reserve_ports(name, spec, before, held->taken);
  lock.unlock();
  if (!status.ok()) return status;
  const auto now = holding_of(spec);
  for (const auto& address : before.addresses)
    if (!contains(now.addresses, address)) held->dropped.addresses.push_back(address);
  for (const auto port : before.ports)
    if (!contains(now.ports, port)) held->dropped.ports.push_back(port);
  return std::shared_ptr<Reservation>(std::move(held));
}

Status ServiceAllocator::reserve_address(const std::string& name, ServiceSpec& spec,
                                         const Holding& before, Holding& taken) {
  if (!has_address(spec)) return {};
  if (spec.clusterip().empty() && spec.clusterips_size() > 0)
    spec.set_clusterip(spec.clusterips(0));
  if (spec.clusterip().empty()) {
    auto address = addresses_.take_any();
    if (!address) return errors::internal("failed to allocate a serviceIP: range is full");
    taken.addresses.push_back(*address);
    spec.set_clusterip(*address);
  } else if (spec.clusterip() != "None" && !contains(before.addresses, spec.clusterip())) {
    const auto& wanted = spec.clusterip();
    const auto result = addresses_.take(wanted);
    if (result == AddressRange::Take::kTaken) {
      taken.addresses.push_back(wanted);
    } else {
      const std::string why =
          result == AddressRange::Take::kOutside
              ? "provided IP is not in the valid range. The range of valid IPs is " +
                    addresses_.cidr()
              : "provided IP is already allocated";
      return invalid_field(name, "spec.clusterIPs", "[\"" + wanted + "\"]",
                           "failed to allocate IP " + wanted + ": " + why);
    }
  }
  if (spec.clusterips_size() == 0) spec.add_clusterips(spec.clusterip());
  if (spec.ipfamilypolicy().empty())
    spec.set_ipfamilypolicy(spec.clusterip() == "None" && spec.selector_size() == 0
                                ? "RequireDualStack"
                                : "SingleStack");
  if (spec.ipfamilies_size() == 0) spec.add_ipfamilies("IPv4");
  return {};
}

Result<int> ServiceAllocator::any_port(Holding& taken) {
  const auto port = ports_.take_any();
  if (!port) return errors::internal("failed to allocate a nodePort: range is full");
  taken.ports.push_back(*port);
  return *port;
}

Status ServiceAllocator::reserve_port(const std::string& name, int port, const std::string& path,
                                      const Holding& before, Holding& taken) {
  if (contains(before.ports, port) || contains(taken.ports, port)) return {};
  const auto result = ports_.take(port);
  if (result == PortRange::Take::kTaken) {
    taken.ports.push_back(port);
    return {};
  }
  return invalid_field(
      name, path, std::to_string(port),
      result == PortRange::Take::kOutside
          ? "provided port is not in the valid range. The range of valid ports is " + ports_.text()
          : "provided port is already allocated");
}

Status ServiceAllocator::reserve_ports(const std::string& name, ServiceSpec& spec,
                                       const Holding& before, Holding& taken) {
  if (spec.type() != "NodePort" && spec.type() != "LoadBalancer") return {};
  for (int i = 0; i < spec.ports_size(); ++i) {
    auto& port = *spec.mutable_ports(i);
    if (port.nodeport() != 0) {
      KUBUS_TRY(reserve_port(name, port.nodeport(),
                             "spec.ports[" + std::to_string(i) + "].nodePort", before, taken));
      continue;
    }
    if (!has_node_ports(spec)) continue;
    // One number for the same port in several protocols, as DNS has it.
    for (int other = 0; other < i; ++other)
      if (spec.ports(other).port() == port.port() &&
          spec.ports(other).protocol() != port.protocol())
        port.set_nodeport(spec.ports(other).nodeport());
    if (port.nodeport() != 0) continue;
    auto made = any_port(taken);
    if (!made.ok()) return made.status();
    port.set_nodeport(*made);
  }
  if (spec.type() != "LoadBalancer" || spec.externaltrafficpolicy() != "Local") return {};
  if (spec.healthchecknodeport() != 0)
    return reserve_port(name, spec.healthchecknodeport(), "spec.healthCheckNodePort", before,
                        taken);
  auto made = any_port(taken);
  if (!made.ok()) return made.status();
  spec.set_healthchecknodeport(*made);
  return {};
}

}  // namespace kubus::apiserver
