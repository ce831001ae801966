#include "services/address_repair.h"

#include <algorithm>
#include <utility>

#include "registry/reflect.h"
#include "services/address_object.h"

namespace kubus::apiserver {
namespace {

using core_v1::Service;
using networking_v1::IPAddress;

// Written at once. The rest waits here, not in storage.
constexpr std::size_t kAtOnce = 64;
constexpr std::chrono::seconds kPause{5};

bool has_address(const Service& service, const std::string& address) {
  const auto& all = service.spec().clusterips();
  return std::find(all.begin(), all.end(), address) != all.end();
}

// "[IPv4]: 10.96.0.1 for Service default/web".
std::string described(const IpAddress& address, const std::string& key) {
  return "[" + std::string(family_name(address.family)) + "]: " + address.text() +
         " for Service " + key;
}

}  // namespace

AddressRepair::AddressRepair(Registry& registry, std::shared_ptr<ServiceAllocator> allocator)
    : registry_(registry),
      allocator_(std::move(allocator)),
      events_(registry.context(), "ipallocator-repair-controller") {}

void AddressRepair::start() {
  running_ = true;
  wake();
}

void AddressRepair::wake() {
  if (!running_ || scheduled_ || !(allocator_->has_suspects() || !left_.empty())) return;
  scheduled_ = true;
  registry_.context().loop().post([this] {
    scheduled_ = false;
    if (running_) pass();
  });
}

void AddressRepair::pass() {
  auto suspects = allocator_->take_suspects();
  suspects.services.merge(left_.services);
  suspects.addresses.merge(left_.addresses);
  left_ = {};
  for (const auto& key : suspects.services)
    if (!allocator_->is_sound_service(key)) check_service(key);
  for (const auto& name : suspects.addresses)
    if (!allocator_->is_sound_address(name)) check_address(name);
}

void AddressRepair::check_service(const std::string& key) {
  const auto stored = registry_.cache().find("", "services")->get(key);
  if (!stored) return;
  const auto decoded = stored->decode();
  const auto& service = static_cast<const Service&>(*decoded);
  for (const auto& text : service.spec().clusterips()) {
    const auto address = parse_ip(text);
    if (!address) continue;
    if (busy_.size() >= kAtOnce || busy_.contains(address->text()))
      left_.services.insert(key);
    else
      check_address_of(key, service, *address);
  }
}

void AddressRepair::check_address_of(const std::string& key, const Service& service,
                                     const IpAddress& address) {
  const auto text = address.text();
  const auto family = "[" + std::string(family_name(address.family)) + "]:";
  if (!allocator_->is_in_range(address))
    return events_.warning(service, "ClusterIPOutOfRange",
                           "Cluster IP " + family + text +
                               " is not within any configured Service CIDR; please recreate "
                               "service");
  const auto stored = registry_.cache().find(address_kind())->get(text);
  if (!stored) {
    events_.warning(service, "ClusterIPNotAllocated",
                    "Cluster IP " + family + text + " is not allocated; repairing");
    return create(key, address_object(address, service.metadata().namespace_(),
                                      service.metadata().name()));
  }
  // What is on its way out is looked at again when it has gone.
  if (stored->deleting()) return;
  const auto decoded = stored->decode();
  const auto& object = static_cast<const IPAddress&>(*decoded);
  const auto owner = service_of(object);
  if (owner != key && has_owner(object))
    return events_.warning(service, "ClusterIPAlreadyAllocated",
                           "Cluster IP " + family + text +
                               " was assigned to multiple services; please recreate service");
  if (owner != key)
    events_.warning(service, "IPAddressNotAllocated",
                    "the ClusterIP " + described(address, key) +
                        " has a wrong reference; repairing");
  if (owner != key || !has_labels_of(object, address)) replace(*stored, key, service, address);
}

bool AddressRepair::has_owner(const IPAddress& object) const {
  const auto key = service_of(object);
  const auto stored = key.empty() ? nullptr : registry_.cache().find("", "services")->get(key);
  if (!stored) return false;
  const auto decoded = stored->decode();
  return has_address(static_cast<const Service&>(*decoded), object.metadata().name());
}

void AddressRepair::check_address(const std::string& name) {
  const auto stored = registry_.cache().find(address_kind())->get(name);
  if (!stored || stored->deleting()) return;
  if (busy_.size() >= kAtOnce || busy_.contains(name)) {
    left_.addresses.insert(name);
    return;
  }
  const auto decoded = stored->decode();
  const auto& object = static_cast<const IPAddress&>(*decoded);
  if (!is_managed(object) || has_owner(object)) return;
  const auto key = service_of(object);
  const auto& parent = object.spec().parentref();
  if (key.empty())
    events_.warning(object, "IPAddressNotAllocated",
                    "IPAddress " + name + " appears to have been modified, not referencing a " +
                        "Service &ParentReference{Group:" + parent.group() + ",Resource:" +
                        parent.resource() + ",Namespace:" + parent.namespace_() +
                        ",Name:" + parent.name() + ",}: cleaning up");
  else if (!registry_.cache().find("", "services")->get(key))
    events_.warning(object, "IPAddressNotAllocated",
                    "IPAddress: " + name + " for Service " + key +
                        " appears to have leaked: cleaning up");
  else
    events_.warning(
        object, "IPAddressWrongReference",
        "IPAddress: " + name + " for Service " + key + " has a wrong reference; cleaning up");
  remove(*stored, ended(name, ""));
}

CallPtr AddressRepair::call_for(const std::string& name, const char* verb) const {
  return own_call(registry_.cache(), address_kind(), "", name, verb);
}

void AddressRepair::create(const std::string& key, const IPAddress& object) {
  const auto& name = object.metadata().name();
  auto done = ended(name, key);
  registry_.create_object(
      call_for(name, "create"), clone(object),
      [done = std::move(done)](const Result<Answer>& result) mutable { done(result.status()); });
}

void AddressRepair::remove(const Object& object, UniqueFunction<void(Status)> done) {
  Deletion deletion;
  deletion.uid = std::string(object.uid());
  deletion.resource_version = std::to_string(object.revision());
  registry_.remove(
      call_for(std::string(object.name()), "delete"), std::move(deletion),
      [done = std::move(done)](const Result<Answer>& result) mutable { done(result.status()); });
}

void AddressRepair::replace(const Object& object, const std::string& key, const Service& service,
                            const IpAddress& address) {
  auto wanted =
      address_object(address, service.metadata().namespace_(), service.metadata().name());
  auto done = ended(address.text(), key);
  remove(object, [this, key, wanted, done = std::move(done)](const Status& removed) mutable {
    if (!removed.ok() || !running_) return done(removed);
    registry_.create_object(
        call_for(wanted.metadata().name(), "create"), clone(wanted),
        [done = std::move(done)](const Result<Answer>& result) mutable { done(result.status()); });
  });
}

UniqueFunction<void(Status)> AddressRepair::ended(const std::string& name,
                                                  const std::string& key) {
  busy_.insert(name);
  return [this, name, key](const Status& status) {
    // A write may end at once, within the pass.
    registry_.context().loop().post([this, name, key, status] {
      busy_.erase(name);
      if (!running_) return;
      left_.addresses.insert(name);
      if (!key.empty()) left_.services.insert(key);
      const bool overtaken = status.code() == Code::kNotFound ||
                             status.code() == Code::kAlreadyExists ||
                             status.code() == Code::kConflict;
      if (status.ok() || overtaken) return wake();
      registry_.context().log().warn("an IP address cannot be repaired",
                                     {{"name", name}, {"error", status.to_string()}});
      registry_.context().loop().after(kPause, [this] { wake(); }).detach();
    });
  };
}

}  // namespace kubus::apiserver
