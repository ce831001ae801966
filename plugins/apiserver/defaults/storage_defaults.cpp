#include <k8s/resource/v1/device_request.pb.h>
#include <k8s/resource/v1/device_taint.pb.h>
#include <k8s/storage/v1/csi.pb.h>
#include <k8s/storage/v1/storage_class.pb.h>

#include "defaults/defaulter.h"
#include "kubus/api/time.h"

namespace kubus::apiserver {
namespace {

void default_class(storage_v1::StorageClass& object) {
  if (!object.has_reclaimpolicy()) object.set_reclaimpolicy("Delete");
  if (!object.has_volumebindingmode()) object.set_volumebindingmode("Immediate");
}

void default_driver(storage_v1::CSIDriver& object) {
  storage_v1::CSIDriverSpec& spec = *object.mutable_spec();
  if (!spec.has_attachrequired()) spec.set_attachrequired(true);
  if (!spec.has_podinfoonmount()) spec.set_podinfoonmount(false);
  if (!spec.has_storagecapacity()) spec.set_storagecapacity(false);
  if (!spec.has_fsgrouppolicy()) spec.set_fsgrouppolicy("ReadWriteOnceWithFSType");
  if (spec.volumelifecyclemodes().empty()) spec.add_volumelifecyclemodes("Persistent");
  if (!spec.has_requiresrepublish()) spec.set_requiresrepublish(false);
  if (!spec.has_selinuxmount()) spec.set_selinuxmount(false);
}

template <class Request>
void default_request(Request& request) {
  if (request.allocationmode().empty()) request.set_allocationmode("ExactCount");
  if (request.allocationmode() == "ExactCount" && request.count() == 0) request.set_count(1);
}

void default_taint(resource_v1::DeviceTaint& taint) {
  if (!taint.has_timeadded()) set_now(*taint.mutable_timeadded());
}

constexpr Defaulter kDefaulters[] = {
    {"k8s.io.api.storage.v1.StorageClass", default_as<storage_v1::StorageClass, default_class>},
    {"k8s.io.api.storage.v1.CSIDriver", default_as<storage_v1::CSIDriver, default_driver>},
    {"k8s.io.api.resource.v1.ExactDeviceRequest",
     default_as<resource_v1::ExactDeviceRequest, default_request<resource_v1::ExactDeviceRequest>>},
    {"k8s.io.api.resource.v1.DeviceSubRequest",
     default_as<resource_v1::DeviceSubRequest, default_request<resource_v1::DeviceSubRequest>>},
    {"k8s.io.api.resource.v1.DeviceTaint", default_as<resource_v1::DeviceTaint, default_taint>},
};

}  // namespace

std::span<const Defaulter> storage_defaulters() { return kDefaulters; }

}  // namespace kubus::apiserver
