// Gives Services their cluster addresses and node ports.
//
// Thread safety: all members from any thread. Reservations keep it alive.
//
// Nothing is remembered but what the cluster's objects say: AllocatorFeed tells what the watch
// cache has, and what a write has been given is held until the cache has the write. An address is
// written down as an IPAddress in the same step of storage as its Service, on the condition that
// there is no such object and that the range it was taken from is what it was, so nothing has to be
// repaired after a crash.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "kubus/api/types.h"
#include "registry/write_hook.h"
#include "services/address_pool.h"
#include "services/port_range.h"

namespace k8s::io::api::core::v1 {
class Service;
class ServiceSpec;
}  // namespace k8s::io::api::core::v1

namespace kubus::apiserver {

class ServiceAllocator final : public WriteHook,
                               public std::enable_shared_from_this<ServiceAllocator> {
 public:
  // `families` are those of the cluster, the preferred one first.
  ServiceAllocator(std::vector<std::string> families, PortRange ports);

  // What the cluster has.
  void put_source(const std::string& name, AddressPool::Source source);
  void drop_source(const std::string& name);
  void put_service(const std::string& key, const core_v1::ServiceSpec& spec);
  void drop_service(const std::string& key);
  struct KnownAddress {
    std::int64_t revision = 0;
    std::string service;  // "ns/name" of whose it is; empty: not a Service's
    bool managed = false;  // an allocator's, with all its labels
    bool stays = false;    // whoever lets go of it: others hold the object
  };
  void put_address(const std::string& name, KnownAddress known);
  void drop_address(const std::string& name);

  // What has changed since this was last asked, and may not agree any more, by name.
  struct Suspects {
    std::set<std::string> services, addresses;
    bool empty() const { return services.empty() && addresses.empty(); }
  };
  Suspects take_suspects();
  bool has_suspects() const;
  // Each address of a Service is in a range and written down as its own. True for one that is gone.
  bool is_sound_service(const std::string& key) const;
  // An address that is written down as a Service's is that Service's. True for one that is gone.
  bool is_sound_address(const std::string& name) const;
  bool is_in_range(const IpAddress& address) const;

  bool concerns(const Call& call) const override;
  Result<ReservationPtr> reserve(const Call& call, Message& object, const Message* old) override;
  Companions removal(const ResourceInfo& resource, const Message& object) override;

 private:
  struct Holding {
    std::vector<IpAddress> addresses;
    std::vector<int> ports;
  };
  class Held;

  Status reserve_addresses(const std::string& name, core_v1::ServiceSpec& spec,
                           const Holding& before, Held& held);
  Status reserve_address(const std::string& name, const core_v1::ServiceSpec& spec,
                         const std::string& wanted, const Holding& before, Held& held);
  void take(const AddressPool::Offer& offer, Held& held);
  Status reserve_ports(const std::string& name, core_v1::ServiceSpec& spec, const Holding& before,
                       Held& held);
  Status reserve_port(const std::string& name, int port, const std::string& path,
                      const Holding& before, Held& held);
  Result<int> any_port(Held& held);
  void hold(const Holding& holding);
  void drop(const Holding& holding);
  // Whoever has an address that is no longer written down as the Service's.
  void suspect_holders(const IpAddress& address, const std::string& service);
  // What lets go of an address that the Service has.
  Companion release_of(const IpAddress& address, const std::string& service) const;
  static Holding holding_of(const core_v1::ServiceSpec& spec);

  const std::vector<std::string> families_;
  mutable std::mutex mutex_;
  AddressPool addresses_;
  PortRange ports_;
  std::map<std::string, Holding> services_;    // by "ns/name"
  std::map<std::string, KnownAddress> known_;  // IPAddress objects by name
  Suspects suspects_;
};

}  // namespace kubus::apiserver
