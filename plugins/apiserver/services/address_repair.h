// Makes Services and IPAddresses agree where they do not: Services of a time before there were such
// objects, objects that somebody has deleted, changed or made in an allocator's name.
//
// Thread safety: everything on the loop.
//
// Looks at everything once, then at what changes. What a Service has is never taken from it: events
// on it tell what its user has to do.
#pragma once

#include <k8s/core/v1/service.pb.h>
#include <k8s/networking/v1/ip_address.pb.h>

#include <memory>
#include <set>
#include <string>

#include "kubus/events.h"
#include "registry/registry.h"
#include "services/service_allocator.h"

namespace kubus::apiserver {

class AddressRepair {
 public:
  AddressRepair(Registry& registry, std::shared_ptr<ServiceAllocator> allocator);
  // From now on it writes.
  void start();
  // Something in the cluster has changed.
  void wake();
  void stop() { running_ = false; }

 private:
  void pass();
  void check_service(const std::string& key);
  void check_address_of(const std::string& key, const core_v1::Service& service,
                        const IpAddress& address);
  // Whether another Service has the address that is written down as its own.
  bool has_owner(const networking_v1::IPAddress& object) const;
  void check_address(const std::string& name);
  void create(const std::string& key, const networking_v1::IPAddress& object);
  void remove(const Object& object, UniqueFunction<void(Status)> done);
  // Deletes an object and makes that of the Service in its place.
  void replace(const Object& object, const std::string& key, const core_v1::Service& service,
               const IpAddress& address);
  UniqueFunction<void(Status)> ended(const std::string& name, const std::string& key);
  CallPtr call_for(const std::string& name, const char* verb) const;

  Registry& registry_;
  const std::shared_ptr<ServiceAllocator> allocator_;
  EventRecorder events_;
  ServiceAllocator::Suspects left_;  // to be looked at
  std::set<std::string> busy_;       // addresses that are being written
  bool running_ = false;
  bool scheduled_ = false;
};

}  // namespace kubus::apiserver
