#include "services/service_allocator.h"

#include <k8s/core/v1/service.pb.h>

#include <algorithm>

#include "cache/storage_key.h"
#include "registry/metadata.h"
#include "registry/owners.h"
#include "registry/reflect.h"
#include "services/address_object.h"
#include "services/families.h"

namespace kubus::apiserver {
namespace {

using core_v1::Service;
using core_v1::ServiceSpec;

bool is_service(const ResourceInfo& resource) {
  return resource.group.empty() && resource.plural == "services";
}

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

std::string address_key(const std::string& name) { return storage_key(address_kind(), name); }

std::string source_key(const std::string& name) { return storage_key(range_kind(), name); }

std::string key_of_service(const Service& service) {
  return service.metadata().namespace_() + "/" + service.metadata().name();
}

Call creation() {
  Call call;
  call.info.verb = "create";
  call.resource = &address_kind();
  return call;
}

// They are the same for all that the server creates, but for the time.
google::protobuf::RepeatedPtrField<meta_v1::ManagedFieldsEntry> owners_at(
    const meta_v1::Time& now) {
  static const auto first = [] {
    auto object = address_object({}, "n", "s");
    record_owners(creation(), nullptr, object.metadata(), object);
    return object.metadata().managedfields();
  }();
  auto owners = first;
  for (auto& owner : owners) *owner.mutable_time() = now;
  return owners;
}

// What the server creates as a client would.
std::string stored_address(const IpAddress& address, const Service& service) {
  auto object =
      address_object(address, service.metadata().namespace_(), service.metadata().name());
  auto& metadata = *object.mutable_metadata();
  if (!prepare_created(metadata, creation()).ok()) return {};
  fill_created(metadata, false);
  *metadata.mutable_managedfields() = owners_at(metadata.creationtimestamp());
  return stored_json(object);
}

// As JSON.
std::string list_of(const ServiceSpec& spec) {
  std::string list;
  for (const auto& address : spec.clusterips())
    list += (list.empty() ? "\"" : ",\"") + address + "\"";
  return "[" + list + "]";
}

}  // namespace

// What one write has been given, and what its Service has no more once it is done.
class ServiceAllocator::Held final : public Reservation {
 public:
  explicit Held(std::shared_ptr<ServiceAllocator> allocator) : allocator_(std::move(allocator)) {}
  ~Held() override {
    std::lock_guard lock(allocator_->mutex_);
    allocator_->drop(taken);
  }

  Companions companions(const Message& object) const override {
    const auto& service = static_cast<const Service&>(object);
    Companions all;
    for (const auto& offer : offers) {
      all.push_back(Companion::put(address_key(offer.address.text()),
                                   stored_address(offer.address, service), 0));
      const auto source = source_key(offer.source);
      const bool known = std::any_of(all.begin(), all.end(),
                                     [&](const Companion& one) { return one.key == source; });
      // Nothing is taken from a range that goes away meanwhile.
      if (!known) all.push_back(Companion::check(source, offer.revision));
    }
    std::lock_guard lock(allocator_->mutex_);
    for (const auto& address : dropped)
      all.push_back(allocator_->release_of(address, key_of_service(service)));
    return all;
  }

  Holding taken;
  std::vector<AddressPool::Offer> offers;
  std::vector<IpAddress> dropped;

 private:
  const std::shared_ptr<ServiceAllocator> allocator_;
};

ServiceAllocator::ServiceAllocator(std::vector<std::string> families, PortRange ports)
    : families_(std::move(families)), ports_(std::move(ports)) {}

ServiceAllocator::Holding ServiceAllocator::holding_of(const ServiceSpec& spec) {
  Holding holding;
  if (spec.type() != "ExternalName")
    for (const auto& text : spec.clusterips())
      if (const auto address = parse_ip(text)) holding.addresses.push_back(*address);
  for (const auto& port : spec.ports())
    if (port.nodeport() != 0 && !contains(holding.ports, port.nodeport()))
      holding.ports.push_back(port.nodeport());
  if (spec.healthchecknodeport() != 0) holding.ports.push_back(spec.healthchecknodeport());
  return holding;
}

void ServiceAllocator::hold(const Holding& holding) {
  for (const auto& address : holding.addresses) addresses_.hold(address);
  for (const auto port : holding.ports) ports_.hold(port);
}

void ServiceAllocator::drop(const Holding& holding) {
  for (const auto& address : holding.addresses) addresses_.drop(address);
  for (const auto port : holding.ports) ports_.drop(port);
}

void ServiceAllocator::put_source(const std::string& name, AddressPool::Source source) {
  std::lock_guard lock(mutex_);
  addresses_.put_source(name, std::move(source));
}

void ServiceAllocator::drop_source(const std::string& name) {
  std::lock_guard lock(mutex_);
  addresses_.drop_source(name);
}

void ServiceAllocator::put_service(const std::string& key, const ServiceSpec& spec) {
  auto holding = holding_of(spec);
  std::lock_guard lock(mutex_);
  hold(holding);
  auto& known = services_[key];
  drop(known);
  for (const auto& address : known.addresses)
    if (!contains(holding.addresses, address)) suspects_.addresses.insert(address.text());
  known = std::move(holding);
  suspects_.services.insert(key);
}

void ServiceAllocator::drop_service(const std::string& key) {
  std::lock_guard lock(mutex_);
  const auto found = services_.find(key);
  if (found == services_.end()) return;
  drop(found->second);
  for (const auto& address : found->second.addresses) suspects_.addresses.insert(address.text());
  services_.erase(found);
}

void ServiceAllocator::put_address(const std::string& name, KnownAddress known) {
  const auto address = parse_ip(name);
  if (!address) return;
  std::lock_guard lock(mutex_);
  suspects_.addresses.insert(name);
  suspect_holders(*address, known.service);
  if (known_.insert_or_assign(name, std::move(known)).second) addresses_.hold(*address);
}

void ServiceAllocator::drop_address(const std::string& name) {
  std::lock_guard lock(mutex_);
  const auto found = known_.find(name);
  if (found == known_.end()) return;
  const auto address = *parse_ip(name);
  suspect_holders(address, found->second.service);
  addresses_.drop(address);
  known_.erase(found);
}

void ServiceAllocator::suspect_holders(const IpAddress& address, const std::string& service) {
  const auto found = services_.find(service);
  if (found != services_.end() && contains(found->second.addresses, address)) {
    suspects_.services.insert(service);
    return;
  }
  // Nobody's, mostly, and then it is not held.
  if (!addresses_.is_held(address)) return;
  for (const auto& [key, holding] : services_)
    if (contains(holding.addresses, address)) suspects_.services.insert(key);
}

ServiceAllocator::Suspects ServiceAllocator::take_suspects() {
  std::lock_guard lock(mutex_);
  return std::exchange(suspects_, {});
}

bool ServiceAllocator::has_suspects() const {
  std::lock_guard lock(mutex_);
  return !suspects_.empty();
}

bool ServiceAllocator::is_sound_service(const std::string& key) const {
  std::lock_guard lock(mutex_);
  const auto service = services_.find(key);
  if (service == services_.end()) return true;
  const auto& addresses = service->second.addresses;
  return std::all_of(addresses.begin(), addresses.end(), [&](const IpAddress& address) {
    const auto known = known_.find(address.text());
    return known != known_.end() && known->second.managed && known->second.service == key &&
           addresses_.contains(address);
  });
}

bool ServiceAllocator::is_sound_address(const std::string& name) const {
  std::lock_guard lock(mutex_);
  const auto known = known_.find(name);
  if (known == known_.end() || !known->second.managed) return true;
  const auto service = services_.find(known->second.service);
  return service != services_.end() && contains(service->second.addresses, *parse_ip(name));
}

bool ServiceAllocator::is_in_range(const IpAddress& address) const {
  std::lock_guard lock(mutex_);
  return addresses_.contains(address);
}

Companion ServiceAllocator::release_of(const IpAddress& address,
                                       const std::string& service) const {
  const auto found = known_.find(address.text());
  // Should there be one that is not known yet, it is looked at again.
  if (found == known_.end()) return Companion::check(address_key(address.text()), 0);
  const auto& known = found->second;
  if (known.stays || known.service != service)
    return Companion::check(address_key(address.text()), known.revision);
  return Companion::remove(address_key(address.text()), known.revision);
}

Companions ServiceAllocator::removal(const ResourceInfo& resource,
                                                 const Message& object) {
  Companions all;
  if (!is_service(resource)) return all;
  const auto& service = static_cast<const Service&>(object);
  std::lock_guard lock(mutex_);
  for (const auto& address : holding_of(service.spec()).addresses)
    all.push_back(release_of(address, key_of_service(service)));
  return all;
}

bool ServiceAllocator::concerns(const Call& call) const {
  return is_service(*call.resource) && call.info.subresource != "status";
}

Result<ReservationPtr> ServiceAllocator::reserve(const Call&, Message& object, const Message* old) {
  auto& spec = *static_cast<Service&>(object).mutable_spec();
  const auto& name = static_cast<Service&>(object).metadata().name();
  const auto* old_spec = old ? &static_cast<const Service&>(*old).spec() : nullptr;
  const auto before = old ? holding_of(*old_spec) : Holding();
  if (spec.clusterip().empty() && spec.clusterips_size() > 0)
    spec.set_clusterip(spec.clusterips(0));
  if (!spec.clusterip().empty() && spec.clusterips_size() == 0)
    spec.add_clusterips(spec.clusterip());
  KUBUS_TRY(settle_families(name, spec, old_spec, families_));
  auto held = std::make_shared<Held>(shared_from_this());
  std::unique_lock lock(mutex_);
  auto status = reserve_addresses(name, spec, before, *held);
  if (status.ok()) status = reserve_ports(name, spec, before, *held);
  lock.unlock();
  if (!status.ok()) return status;
  const auto now = holding_of(spec);
  for (const auto& address : before.addresses)
    if (!contains(now.addresses, address)) held->dropped.push_back(address);
  return ReservationPtr(std::move(held));
}

Status ServiceAllocator::reserve_addresses(const std::string& name, ServiceSpec& spec,
                                           const Holding& before, Held& held) {
  if (spec.type() == "ExternalName" || spec.clusterip() == "None") return {};
  for (int i = 0; i < spec.ipfamilies_size(); ++i) {
    if (i < spec.clusterips_size()) {
      KUBUS_TRY(reserve_address(name, spec, spec.clusterips(i), before, held));
      continue;
    }
    const auto offer = addresses_.any_free(spec.ipfamilies(i) == "IPv6" ? 6 : 4);
    if (!offer) return errors::internal("failed to allocate a serviceIP: range is full");
    take(*offer, held);
    spec.add_clusterips(offer->address.text());
  }
  if (spec.clusterip().empty() && spec.clusterips_size() > 0)
    spec.set_clusterip(spec.clusterips(0));
  return {};
}

void ServiceAllocator::take(const AddressPool::Offer& offer, Held& held) {
  addresses_.hold(offer.address);
  held.taken.addresses.push_back(offer.address);
  held.offers.push_back(offer);
}

Status ServiceAllocator::reserve_address(const std::string& name, const ServiceSpec& spec,
                                         const std::string& wanted, const Holding& before,
                                         Held& held) {
  const auto address = parse_ip(wanted);
  if (!address || contains(before.addresses, *address)) return {};
  const auto refuse = [&](const std::string& why) {
    return invalid_field(name, "spec.clusterIPs", list_of(spec),
                         "failed to allocate IP " + wanted + ": " + why);
  };
  const auto offer = addresses_.offer(*address);
  if (!offer) return refuse("the provided network does not match the current range");
  if (addresses_.is_held(*address)) return refuse("provided IP is already allocated");
  take(*offer, held);
  return {};
}

Result<int> ServiceAllocator::any_port(Held& held) {
  const auto port = ports_.any_free();
  if (!port) return errors::internal("failed to allocate a nodePort: range is full");
  ports_.hold(*port);
  held.taken.ports.push_back(*port);
  return *port;
}

Status ServiceAllocator::reserve_port(const std::string& name, int port, const std::string& path,
                                      const Holding& before, Held& held) {
  if (contains(before.ports, port) || contains(held.taken.ports, port)) return {};
  const auto refuse = [&](const std::string& why) {
    return invalid_field(name, path, std::to_string(port), why);
  };
  if (!ports_.contains(port))
    return refuse("provided port is not in the valid range. The range of valid ports is " +
                  ports_.text());
  if (ports_.is_held(port)) return refuse("provided port is already allocated");
  ports_.hold(port);
  held.taken.ports.push_back(port);
  return {};
}

Status ServiceAllocator::reserve_ports(const std::string& name, ServiceSpec& spec,
                                       const Holding& before, Held& held) {
  if (spec.type() != "NodePort" && spec.type() != "LoadBalancer") return {};
  for (int i = 0; i < spec.ports_size(); ++i) {
    auto& port = *spec.mutable_ports(i);
    if (port.nodeport() != 0) {
      KUBUS_TRY(reserve_port(name, port.nodeport(),
                             "spec.ports[" + std::to_string(i) + "].nodePort", before, held));
      continue;
    }
    if (!has_node_ports(spec)) continue;
    // One number for the same port in several protocols, as DNS has it.
    for (int other = 0; other < i; ++other)
      if (spec.ports(other).port() == port.port() &&
          spec.ports(other).protocol() != port.protocol())
        port.set_nodeport(spec.ports(other).nodeport());
    if (port.nodeport() != 0) continue;
    auto made = any_port(held);
    if (!made.ok()) return made.status();
    port.set_nodeport(*made);
  }
  if (spec.type() != "LoadBalancer" || spec.externaltrafficpolicy() != "Local") return {};
  if (spec.healthchecknodeport() != 0)
    return reserve_port(name, spec.healthchecknodeport(), "spec.healthCheckNodePort", before,
                        held);
  auto made = any_port(held);
  if (!made.ok()) return made.status();
  spec.set_healthchecknodeport(*made);
  return {};
}

}  // namespace kubus::apiserver
