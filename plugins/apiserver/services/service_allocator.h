// Gives Services their cluster addresses and node ports, and takes them back.
//
// Thread safety: all members from any thread.
//
// What is taken is known from the Services themselves: fill() reads them at the start, so nothing
// has to be repaired after a crash.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "cache/cluster_cache.h"
#include "kubus/api/types.h"
#include "registry/write_hook.h"
#include "services/address_range.h"

namespace k8s::io::api::core::v1 {
class ServiceSpec;
}

namespace kubus::apiserver {

class ServiceAllocator final : public WriteHook {
 public:
  ServiceAllocator(AddressRange addresses, PortRange ports);
  // Takes what the Services in the cache have.
  void fill(ClusterCache& cache);

  Result<std::shared_ptr<Reservation>> reserve(const Call& call, Message& object,
                                               const Message* old) override;
  void removed(const ResourceInfo& resource, const Message& object) override;

 private:
  struct Holding {
    std::vector<std::string> addresses;
    std::vector<int> ports;
  };
  class Held;

  Status reserve_address(const std::string& name, core_v1::ServiceSpec& spec, const Holding& before,
                         Holding& taken);
  Status reserve_ports(const std::string& name, core_v1::ServiceSpec& spec, const Holding& before,
                       Holding& taken);
  Status reserve_port(const std::string& name, int port, const std::string& path,
                      const Holding& before, Holding& taken);
  Result<int> any_port(Holding& taken);
  void release(const Holding& holding);
  static Holding holding_of(const core_v1::ServiceSpec& spec);

  std::mutex mutex_;
  AddressRange addresses_;
  PortRange ports_;
};

}  // namespace kubus::apiserver
