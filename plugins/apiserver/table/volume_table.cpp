#include <k8s/core/v1/persistent_volume.pb.h>
#include <k8s/core/v1/persistent_volume_claim.pb.h>

#include "kubus/api/quantity.h"
#include "table/printer.h"
#include "table/texts.h"

namespace kubus::apiserver {
namespace {

constexpr std::string_view kClassAnnotation = "volume.beta.kubernetes.io/storage-class";

constexpr Column kVolumeColumns[] = {
    kNameColumn,
    {"Capacity", "string", "Size of the volume"},
    {"Access Modes", "string", "Ways in which the volume can be mounted"},
    {"Reclaim Policy", "string", "What becomes of the volume when its claim goes"},
    {"Status", "string", "Whether the volume is bound to a claim"},
    {"Claim", "string", "Claim that the volume is bound to"},
    {"StorageClass", "string", "Class of the volume"},
    {"VolumeAttributesClass", "string", "Class of the volume's changeable attributes"},
    {"Reason", "string", "Short word for why the volume has this status"},
    kAgeColumn,
    {"VolumeMode", "string", "Whether the volume is a file system or a block device", "", 1},
};

std::string access_modes(const StringList& modes) {
  constexpr std::pair<std::string_view, std::string_view> kShort[] = {
      {"ReadWriteOnce", "RWO"},
      {"ReadOnlyMany", "ROX"},
      {"ReadWriteMany", "RWX"},
      {"ReadWriteOncePod", "RWOP"},
  };
  std::string out;
  for (const auto& [mode, text] : kShort) {
    if (std::find(modes.begin(), modes.end(), mode) == modes.end()) continue;
    if (!out.empty()) out += ',';
    out += text;
  }
  return out;
}

template <class Capacity>
std::string storage_size(const Capacity& capacity) {
  const auto found = capacity.find("storage");
  return found == capacity.end() ? "0" : QuantityValue::of(found->second).to_string();
}

template <class T>
std::string storage_class(const T& object) {
  const auto& annotations = object.metadata().annotations();
  const auto found = annotations.find(std::string(kClassAnnotation));
  return found != annotations.end() ? found->second : object.spec().storageclassname();
}

template <class T>
void print_attributes_class(const T& object, Cells& cells) {
  cells.text(object.spec().has_volumeattributesclassname()
                 ? object.spec().volumeattributesclassname()
                 : "<unset>");
}

template <class T>
std::string_view phase(const T& object) {
  if (object.metadata().has_deletiontimestamp()) return "Terminating";
  return object.status().phase();
}

void print_volume(const core_v1::PersistentVolume& object, Cells& cells) {
  const auto& spec = object.spec();
  cells.text(object.metadata().name());
  cells.text(storage_size(spec.capacity()));
  cells.text(access_modes(spec.accessmodes()));
  cells.text(spec.persistentvolumereclaimpolicy());
  cells.text(phase(object));
  cells.text(spec.has_claimref() ? spec.claimref().namespace_() + "/" + spec.claimref().name()
                                 : "");
  cells.text(storage_class(object));
  print_attributes_class(object, cells);
  cells.text(object.status().reason());
  cells.age(object.metadata().creationtimestamp());
  cells.text(spec.has_volumemode() ? spec.volumemode() : "<unset>");
}

constexpr Column kClaimColumns[] = {
    kNameColumn,
    {"Status", "string", "Whether the claim is bound to a volume"},
    {"Volume", "string", "Volume that the claim is bound to"},
    {"Capacity", "string", "Size of that volume"},
    {"Access Modes", "string", "Ways in which the volume can be mounted"},
    {"StorageClass", "string", "Class that the claim asks for"},
    {"VolumeAttributesClass", "string", "Class of the volume's changeable attributes"},
    kAgeColumn,
    {"VolumeMode", "string", "Whether the volume is a file system or a block device", "", 1},
};

void print_claim(const core_v1::PersistentVolumeClaim& object, Cells& cells) {
  const bool bound = !object.spec().volumename().empty();
  cells.text(object.metadata().name());
  cells.text(phase(object));
  cells.text(object.spec().volumename());
  cells.text(bound ? storage_size(object.status().capacity()) : "");
  cells.text(bound ? access_modes(object.status().accessmodes()) : "");
  cells.text(storage_class(object));
  print_attributes_class(object, cells);
  cells.age(object.metadata().creationtimestamp());
  cells.text(object.spec().has_volumemode() ? object.spec().volumemode() : "<unset>");
}

constexpr Printer kPrinters[] = {
    {"k8s.io.api.core.v1.PersistentVolume", kVolumeColumns,
     print_as<core_v1::PersistentVolume, print_volume>},
    {"k8s.io.api.core.v1.PersistentVolumeClaim", kClaimColumns,
     print_as<core_v1::PersistentVolumeClaim, print_claim>},
};

}  // namespace

std::span<const Printer> volume_printers() { return kPrinters; }

}  // namespace kubus::apiserver
