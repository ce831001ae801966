#include "validation/claim_status.h"

#include <k8s/meta/v1/object_meta.pb.h>
#include <k8s/resource/v1/device_allocation.pb.h>
#include <k8s/resource/v1/device_request.pb.h>

#include <algorithm>

#include "validation/checks.h"
#include "validation/device_claim.h"
#include "validation/pod_spec.h"

namespace kubus::apiserver {
namespace {

constexpr std::size_t kMostConsumers = 256;
constexpr std::size_t kMostDevices = 32;
constexpr std::size_t kMostConfigurations = 64;

using Consumer = resource_v1::ResourceClaimConsumerReference;
using Consumers = google::protobuf::RepeatedPtrField<Consumer>;

void check_consumers(const Consumers& consumers, const Path& path, ErrorList& errors) {
  check_list_size(consumers.size(), kMostConsumers, path, errors);
  std::set<std::string> uids;
  for (int i = 0; i < consumers.size(); ++i) {
    const auto& one = consumers[i];
    const auto at = path.index(i);
    if (one.resource().empty()) errors.required(at.child("resource"));
    if (one.name().empty()) errors.required(at.child("name"));
    if (one.uid().empty()) errors.required(at.child("uid"));
    if (!uids.insert(one.uid()).second) errors.duplicate(at.child("uid"), one.uid());
  }
}

bool adds(const Consumers& now, const Consumers& before) {
  return std::any_of(now.begin(), now.end(), [&](const Consumer& one) {
    return std::none_of(before.begin(), before.end(),
                        [&](const Consumer& old) { return equal(one, old); });
  });
}

void check_device(const resource_v1::DeviceRequestAllocationResult& device,
                  const std::set<std::string>& requests, const Path& path, ErrorList& errors) {
  check_request_reference(device.request(), requests, path.child("request"), errors);
  check_driver_name(device.driver(), path.child("driver"), errors);
  check_pool_name(device.pool(), path.child("pool"), errors);
  if (device.device().empty())
    errors.required(path.child("device"));
  else
    errors.invalid_each(path.child("device"), device.device(),
                        check_dns1123_label(device.device()));
}

void check_allocation(const resource_v1::AllocationResult& allocation,
                      const std::set<std::string>& requests, const Path& path, ErrorList& errors) {
  const auto devices = path.child("devices");
  const auto& results = allocation.devices().results();
  check_list_size(results.size(), kMostDevices, devices.child("results"), errors);
  for (int i = 0; i < results.size(); ++i)
    check_device(results[i], requests, devices.child("results").index(i), errors);
  const auto& config = allocation.devices().config();
  check_list_size(config.size(), kMostConfigurations, devices.child("config"), errors);
  for (int i = 0; i < config.size(); ++i) {
    const auto at = devices.child("config").index(i);
    check_one_of(config[i].source(), {"FromClaim", "FromClass"}, at.child("source"), errors);
    check_request_names(config[i].requests(), requests, at.child("requests"), errors);
    check_configuration(config[i].deviceconfiguration(), at, errors);
  }
  if (allocation.has_nodeselector())
    check_node_selector(allocation.nodeselector(), path.child("nodeSelector"), errors);
}

// What drivers tell is about devices that the claim has.
void check_told_devices(const resource_v1::ResourceClaimStatus& status, const Path& path,
                        ErrorList& errors) {
  std::set<std::string> given, told;
  const auto id = [](const auto& device) {
    return device.driver() + "/" + device.pool() + "/" + device.device() +
           (device.has_shareid() ? "/" + device.shareid() : "");
  };
  for (const auto& device : status.allocation().devices().results()) given.insert(id(device));
  for (int i = 0; i < status.devices_size(); ++i) {
    const auto at = path.index(i);
    const auto name = id(status.devices(i));
    if (!told.insert(name).second) errors.duplicate(at.child("deviceID"), name);
    if (!given.contains(name))
      errors.invalid(at, name, "must be an allocated device in the claim");
  }
}

}  // namespace

void check_claim_status(const resource_v1::ResourceClaim& claim,
                        const resource_v1::ResourceClaim& old,
                        const std::set<std::string>& requests, ErrorList& errors) {
  const Path path("status");
  const auto& now = claim.status();
  const auto& before = old.status();
  const auto reserved = path.child("reservedFor");
  check_consumers(now.reservedfor(), reserved, errors);
  check_told_devices(now, path.child("devices"), errors);
  if (!now.reservedfor().empty()) {
    if (!now.has_allocation())
      errors.forbidden(reserved, "may not be specified when `allocated` is not set");
    else if (claim.metadata().has_deletiontimestamp() &&
             adds(now.reservedfor(), before.reservedfor()))
      errors.forbidden(reserved,
                       "new entries may not be added while `deallocationRequested` or "
                       "`deletionTimestamp` are set");
  }
  if (!now.has_allocation()) return;
  if (!before.has_allocation())
    check_allocation(now.allocation(), requests, path.child("allocation"), errors);
  else if (!equal(now.allocation(), before.allocation()))
    errors.invalid_json(path.child("allocation"), internal_json(now.allocation()), kImmutable);
}

}  // namespace kubus::apiserver
