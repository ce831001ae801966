#include <k8s/storage/v1/csi.pb.h>
#include <k8s/storage/v1/storage_class.pb.h>
#include <k8s/storage/v1/volume_attachment.pb.h>
#include <k8s/storage/v1/volume_attributes_class.pb.h>

#include "kubus/api/quantity.h"
#include "table/printer.h"
#include "table/texts.h"

namespace kubus::apiserver {
namespace {

constexpr Column kClassColumns[] = {
    kNameColumn,
    {"Provisioner", "string", "Who makes volumes of the class"},
    {"ReclaimPolicy", "string", "What becomes of a volume when its claim goes"},
    {"VolumeBindingMode", "string", "When claims are bound"},
    {"AllowVolumeExpansion", "string", "Whether volumes can grow"},
    kAgeColumn,
};

bool is_default(const storage_v1::StorageClass& object) {
  const auto& annotations = object.metadata().annotations();
  for (const char* key : {"storageclass.kubernetes.io/is-default-class",
                          "storageclass.beta.kubernetes.io/is-default-class"}) {
    const auto found = annotations.find(key);
    if (found != annotations.end() && found->second == "true") return true;
  }
  return false;
}

void print_class(const storage_v1::StorageClass& object, Cells& cells) {
  cells.text(object.metadata().name() + (is_default(object) ? " (default)" : ""));
  cells.text(object.provisioner());
  cells.text(object.has_reclaimpolicy() ? object.reclaimpolicy() : "Delete");
  cells.text(object.has_volumebindingmode() ? object.volumebindingmode() : "Immediate");
  cells.text(object.allowvolumeexpansion() ? "true" : "false");
  cells.age(object.metadata().creationtimestamp());
}

constexpr Column kAttributesColumns[] = {
    kNameColumn,
    {"DriverName", "string", "Driver that knows the attributes"},
    kAgeColumn,
};

void print_attributes(const storage_v1::VolumeAttributesClass& object, Cells& cells) {
  cells.text(object.metadata().name());
  cells.text(object.drivername());
  cells.age(object.metadata().creationtimestamp());
}

constexpr Column kAttachmentColumns[] = {
    kNameColumn,
    {"Attacher", "string", "Driver that attaches the volume", "name"},
    {"PV", "string", "Volume to attach"},
    {"Node", "string", "Node to attach it to"},
    {"Attached", "boolean", "Whether it is attached"},
    kAgeColumn,
};

void print_attachment(const storage_v1::VolumeAttachment& object, Cells& cells) {
  cells.text(object.metadata().name());
  cells.text(object.spec().attacher());
  cells.text(object.spec().source().persistentvolumename());
  cells.text(object.spec().nodename());
  cells.boolean(object.status().attached());
  cells.age(object.metadata().creationtimestamp());
}

constexpr Column kCsiNodeColumns[] = {
    kNameColumn,
    {"Drivers", "integer", "Number of drivers on the node"},
    kAgeColumn,
};

void print_csi_node(const storage_v1::CSINode& object, Cells& cells) {
  cells.text(object.metadata().name());
  cells.number(object.spec().drivers_size());
  cells.age(object.metadata().creationtimestamp());
}

constexpr Column kCsiDriverColumns[] = {
    kNameColumn,
    {"AttachRequired", "boolean", "Whether volumes are attached before they are mounted"},
    {"PodInfoOnMount", "boolean", "Whether the driver is told about the pod"},
    {"StorageCapacity", "boolean", "Whether the driver says how much it has left"},
    {"TokenRequests", "string", "Audiences of the tokens that the driver asks for"},
    {"RequiresRepublish", "boolean", "Whether the driver is called again from time to time"},
    {"Modes", "string", "Lives of volumes that the driver knows"},
    kAgeColumn,
};

void print_csi_driver(const storage_v1::CSIDriver& object, Cells& cells) {
  const auto& spec = object.spec();
  cells.text(object.metadata().name());
  cells.boolean(!spec.has_attachrequired() || spec.attachrequired());
  cells.boolean(spec.podinfoonmount());
  cells.boolean(spec.storagecapacity());
  std::string audiences =
      join_members(spec.tokenrequests(), [](const auto& request) { return request.audience(); });
  cells.text(spec.tokenrequests().empty() ? "<unset>" : audiences);
  cells.boolean(spec.requiresrepublish());
  cells.text(join(spec.volumelifecyclemodes(), ","));
  cells.age(object.metadata().creationtimestamp());
}

constexpr Column kCapacityColumns[] = {
    kNameColumn,
    {"StorageClassName", "string", "Class that the capacity is for"},
    {"Capacity", "string", "How much is left"},
};

void print_capacity(const storage_v1::CSIStorageCapacity& object, Cells& cells) {
  cells.text(object.metadata().name());
  cells.text(object.storageclassname());
  cells.text(object.has_capacity() ? QuantityValue::of(object.capacity()).to_string() : "<unset>");
}

constexpr Printer kPrinters[] = {
    {"k8s.io.api.storage.v1.StorageClass", kClassColumns,
     print_as<storage_v1::StorageClass, print_class>},
    {"k8s.io.api.storage.v1.VolumeAttributesClass", kAttributesColumns,
     print_as<storage_v1::VolumeAttributesClass, print_attributes>},
    {"k8s.io.api.storage.v1.VolumeAttachment", kAttachmentColumns,
     print_as<storage_v1::VolumeAttachment, print_attachment>},
    {"k8s.io.api.storage.v1.CSINode", kCsiNodeColumns,
     print_as<storage_v1::CSINode, print_csi_node>},
    {"k8s.io.api.storage.v1.CSIDriver", kCsiDriverColumns,
     print_as<storage_v1::CSIDriver, print_csi_driver>},
    {"k8s.io.api.storage.v1.CSIStorageCapacity", kCapacityColumns,
     print_as<storage_v1::CSIStorageCapacity, print_capacity>},
};

}  // namespace

std::span<const Printer> storage_printers() { return kPrinters; }

}  // namespace kubus::apiserver
