#include "services/allocator_feed.h"

#include <k8s/core/v1/service.pb.h>
#include <k8s/networking/v1/service_cidr.pb.h>

#include "cache/change_watcher.h"
#include "services/address_object.h"
#include "services/default_range.h"

namespace kubus::apiserver {
namespace {

using networking_v1::ServiceCIDR;

AddressPool::Source source_of(const Object& object) {
  const auto decoded = object.decode();
  const auto& range = static_cast<const ServiceCIDR&>(*decoded);
  AddressPool::Source source;
  source.revision = object.revision();
  for (const auto& cidr : range.spec().cidrs())
    if (const auto network = parse_network(cidr)) source.networks.push_back(*network);
  // One that nobody has looked at yet is ready: nothing waits for a controller.
  const auto* ready = ready_condition(range);
  source.ready = !object.deleting() && (!ready || ready->status() == "True");
  return source;
}

ServiceAllocator::KnownAddress known_address(const Object& object) {
  const auto decoded = object.decode();
  const auto& address = static_cast<const networking_v1::IPAddress&>(*decoded);
  const auto parsed = parse_ip(object.name());
  ServiceAllocator::KnownAddress known;
  known.revision = object.revision();
  known.service = service_of(address);
  known.managed = parsed && has_labels_of(address, *parsed);
  known.stays = object.deleting() || address.metadata().finalizers_size() > 0;
  return known;
}

}  // namespace

Status AllocatorFeed::start() {
  const struct {
    const char* group;
    const char* plural;
    ChangeWatcher::Tell tell;
  } followed[] = {
      {"networking.k8s.io", "servicecidrs",
       [to = allocator_](const ObjectPtr& object, bool deleted) {
         const std::string name(object->name());
         deleted ? to->drop_source(name) : to->put_source(name, source_of(*object));
       }},
      {"networking.k8s.io", "ipaddresses",
       [to = allocator_](const ObjectPtr& object, bool deleted) {
         const std::string name(object->name());
         deleted ? to->drop_address(name) : to->put_address(name, known_address(*object));
       }},
      {"", "services",
       [to = allocator_](const ObjectPtr& object, bool deleted) {
         const auto key = std::string(object->ns()) + "/" + std::string(object->name());
         if (deleted) return to->drop_service(key);
         const auto decoded = object->decode();
         to->put_service(key, static_cast<const core_v1::Service&>(*decoded).spec());
       }},
  };
  for (const auto& [group, plural, tell] : followed) {
    auto watcher = ChangeWatcher::follow(cache_, group, plural, tell);
    if (!watcher.ok()) return watcher.status();
    watchers_.push_back(std::move(*watcher));
  }
  return {};
}

}  // namespace kubus::apiserver
