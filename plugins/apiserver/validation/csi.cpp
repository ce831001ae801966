// What storage drivers tell the cluster of themselves, and volumes attached by them.
#include <k8s/core/v1/persistent_volume.pb.h>
#include <k8s/meta/v1/label_selector.pb.h>
#include <k8s/storage/v1/csi.pb.h>
#include <k8s/storage/v1/volume_attachment.pb.h>

#include <set>

#include "kubus/api/quantity.h"
#include "validation/checks.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

constexpr std::size_t kLongestNodeId = 192;
constexpr std::int64_t kShortestToken = 600;
constexpr std::int64_t kShortestUpdatePeriod = 10;
constexpr std::int64_t kLongestToken = std::int64_t{1} << 32;

void check_token_requests(const storage_v1::CSIDriverSpec& spec, const Path& path,
                          ErrorList& errors) {
  std::set<std::string> audiences;
  for (int i = 0; i < spec.tokenrequests_size(); ++i) {
    const auto& request = spec.tokenrequests(i);
    const Path at = path.index(i);
    if (!audiences.insert(request.audience()).second) {
      errors.duplicate(at.child("audience"), request.audience());
    }
    if (!request.has_expirationseconds()) continue;
    if (request.expirationseconds() < kShortestToken) {
      errors.invalid(at.child("expirationSeconds"), request.expirationseconds(),
                     "may not specify a duration less than 10 minutes");
    } else if (request.expirationseconds() > kLongestToken) {
      errors.invalid(at.child("expirationSeconds"), request.expirationseconds(),
                     "may not specify a duration larger than 2^32 seconds");
    }
  }
}

void check_driver(const storage_v1::CSIDriver& object, ErrorList& errors) {
  const auto& spec = object.spec();
  const Path path("spec");
  check_driver_name(object.metadata().name(), Path("name"), errors);
  if (!spec.has_attachrequired()) errors.required(path.child("attachedRequired"));
  if (!spec.has_podinfoonmount()) errors.required(path.child("podInfoOnMount"));
  if (!spec.has_storagecapacity()) errors.required(path.child("storageCapacity"));
  check_one_of(spec.fsgrouppolicy(), {"File", "None", "ReadWriteOnceWithFSType"},
               path.child("fsGroupPolicy"), errors);
  check_token_requests(spec, path.child("tokenRequests"), errors);
  for (const std::string& mode : spec.volumelifecyclemodes()) {
    if (mode != "Ephemeral" && mode != "Persistent") {
      errors.not_supported(path.child("volumeLifecycleModes"), mode, {"Persistent", "Ephemeral"});
    }
  }
  if (spec.has_nodeallocatableupdateperiodseconds() &&
      spec.nodeallocatableupdateperiodseconds() < kShortestUpdatePeriod) {
    errors.invalid(path.child("nodeAllocatableUpdatePeriodSeconds"),
                   spec.nodeallocatableupdateperiodseconds(),
                   "must be greater than or equal to 10 seconds");
  }
}

void check_driver_update(const storage_v1::CSIDriver& object, const storage_v1::CSIDriver& old,
                         ErrorList& errors) {
  const Path path("spec");
  if (object.spec().attachrequired() != old.spec().attachrequired()) {
    errors.invalid_json(path.child("attachedRequired"),
                        object.spec().attachrequired() ? "true" : "false", kImmutable);
  }
  const std::string now = list_json(object.spec().volumelifecyclemodes());
  if (now != list_json(old.spec().volumelifecyclemodes())) {
    errors.invalid_json(path.child("volumeLifecycleModes"), now, kImmutable);
  }
}

void check_node_driver(const storage_v1::CSINodeDriver& driver, const Path& path,
                       ErrorList& errors) {
  check_driver_name(driver.name(), path.child("name"), errors);
  const Path id = path.child("nodeID");
  if (driver.nodeid().empty()) {
    errors.required(id);
  } else if (driver.nodeid().size() > kLongestNodeId) {
    errors.invalid(id, driver.nodeid(), "must be 192 characters or less");
  }
  if (driver.allocatable().has_count() && driver.allocatable().count() < 0) {
    errors.invalid(path.child("allocatable").child("count"), driver.allocatable().count(),
                   "must be greater than or equal to 0");
  }
  std::set<std::string> seen;
  for (const std::string& key : driver.topologykeys()) {
    if (key.empty()) errors.required(path);
    if (!seen.insert(key).second) errors.duplicate(path, key);
    for (const std::string& wrong : check_qualified_name(lower_case(key)))
      errors.invalid_json(path, list_json(driver.topologykeys()), wrong);
  }
}

void check_node(const storage_v1::CSINode& object, ErrorList& errors) {
  const Path path = Path("spec").child("drivers");
  std::set<std::string> names;
  for (int i = 0; i < object.spec().drivers_size(); ++i) {
    const auto& driver = object.spec().drivers(i);
    check_node_driver(driver, path.index(i), errors);
    if (!names.insert(driver.name()).second) {
      errors.duplicate(path.index(i).child("name"), driver.name());
    }
  }
}

// A driver that is registered changes in how much it takes alone.
void check_node_update(const storage_v1::CSINode& object, const storage_v1::CSINode& old,
                       ErrorList& errors) {
  for (const auto& before : old.spec().drivers()) {
    for (const auto& driver : object.spec().drivers()) {
      if (driver.name() != before.name()) continue;
      storage_v1::CSINodeDriver same = driver;
      same.clear_allocatable();
      if (before.has_allocatable()) *same.mutable_allocatable() = before.allocatable();
      if (!equal(same, before))
        errors.invalid_json(Path("CSINodeDriver"), internal_json(driver), kImmutable);
    }
  }
}

void check_capacity(const storage_v1::CSIStorageCapacity& object, ErrorList& errors) {
  if (object.has_nodetopology()) {
    check_selector(object.nodetopology(), Path("nodeTopology"), errors);
  }
  errors.invalid_each(Path("storageClassName"), object.storageclassname(),
                      check_dns1123_subdomain(object.storageclassname()));
  const auto not_negative = [&](bool present, const Quantity& quantity, const char* name) {
    const QuantityValue value = QuantityValue::of(quantity);
    if (present && value.sign() < 0) {
      errors.invalid(Path(name), value.to_string(), "must be greater than or equal to 0");
    }
  };
  not_negative(object.has_capacity(), object.capacity(), "capacity");
  not_negative(object.has_maximumvolumesize(), object.maximumvolumesize(), "maximumVolumeSize");
}

void check_capacity_update(const storage_v1::CSIStorageCapacity& object,
                           const storage_v1::CSIStorageCapacity& old, ErrorList& errors) {
  check_immutable(object.nodetopology(), old.nodetopology(), Path("nodeTopology"), errors);
  check_immutable(object.storageclassname(), old.storageclassname(), Path("storageClassName"),
                  errors);
}

void check_attachment(const storage_v1::VolumeAttachment& object, ErrorList& errors) {
  constexpr std::string_view kOne =
      "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
  const auto& spec = object.spec();
  const Path path("spec");
  check_driver_name(spec.attacher(), path.child("attacher"), errors);
  const auto& source = spec.source();
  const Path at = path.child("source");
  if (!source.has_persistentvolumename() && !source.has_inlinevolumespec()) {
    errors.required(at, kOne);
  } else if (source.has_persistentvolumename() && source.has_inlinevolumespec()) {
    errors.forbidden(at, kOne);
  } else if (source.has_persistentvolumename() && source.persistentvolumename().empty()) {
    errors.required(at.child("persistentVolumeName"),
                    "must specify non empty persistentVolumeName");
  }
  errors.invalid_each(path.child("nodeName"), spec.nodename(),
                      check_dns1123_subdomain(spec.nodename()));
}

void check_attachment_update(const storage_v1::VolumeAttachment& object,
                             const storage_v1::VolumeAttachment& old, ErrorList& errors) {
  if (!equal(object.spec(), old.spec())) {
    errors.invalid_json(Path("spec"), internal_json(object.spec()), kImmutable);
  }
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.storage.v1.CSIDriver", check_as<storage_v1::CSIDriver, check_driver>,
     compare_as<storage_v1::CSIDriver, check_driver_update>},
    {"k8s.io.api.storage.v1.CSINode", check_as<storage_v1::CSINode, check_node>,
     compare_as<storage_v1::CSINode, check_node_update>},
    {"k8s.io.api.storage.v1.CSIStorageCapacity",
     check_as<storage_v1::CSIStorageCapacity, check_capacity>,
     compare_as<storage_v1::CSIStorageCapacity, check_capacity_update>},
    {"k8s.io.api.storage.v1.VolumeAttachment",
     check_as<storage_v1::VolumeAttachment, check_attachment>,
     compare_as<storage_v1::VolumeAttachment, check_attachment_update>},
};

}  // namespace

std::span<const Validator> csi_validators() { return kValidators; }

}  // namespace kubus::apiserver
