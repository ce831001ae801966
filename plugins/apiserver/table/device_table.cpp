#include <k8s/resource/v1/device_class.pb.h>
#include <k8s/resource/v1/resource_claim.pb.h>
#include <k8s/resource/v1/resource_slice.pb.h>

#include "table/printer.h"
#include "table/texts.h"

namespace kubus::apiserver {
namespace {

constexpr Column kNameAgeColumns[] = {kNameColumn, kAgeColumn};

template <class T>
void print_name_age(const T& object, Cells& cells) {
  cells.text(object.metadata().name());
  cells.age(object.metadata().creationtimestamp());
}

constexpr Column kClaimColumns[] = {
    kNameColumn,
    {"State", "string", "Whether devices are allocated and reserved"},
    kAgeColumn,
};

void print_claim(const resource_v1::ResourceClaim& object, Cells& cells) {
  std::vector<std::string> states;
  const bool deleted = object.metadata().has_deletiontimestamp();
  if (deleted) states.emplace_back("deleted");
  if (object.status().has_allocation()) {
    states.emplace_back("allocated");
    if (!object.status().reservedfor().empty()) states.emplace_back("reserved");
  } else if (!deleted) {
    states.emplace_back("pending");
  }
  cells.text(object.metadata().name());
  cells.text(join(states, ","));
  cells.age(object.metadata().creationtimestamp());
}

constexpr Column kSliceColumns[] = {
    kNameColumn,
    {"Node", "string", "Node that the devices belong to"},
    {"Driver", "string", "Driver of the devices"},
    {"Pool", "string", "Pool that the slice is a part of"},
    kAgeColumn,
};

void print_slice(const resource_v1::ResourceSlice& object, Cells& cells) {
  const auto& spec = object.spec();
  cells.text(object.metadata().name());
  cells.text(spec.nodename());
  cells.text(spec.driver());
  cells.text(spec.pool().name());
  cells.age(object.metadata().creationtimestamp());
}

constexpr Printer kPrinters[] = {
    {"k8s.io.api.resource.v1.DeviceClass", kNameAgeColumns,
     print_as<resource_v1::DeviceClass, print_name_age<resource_v1::DeviceClass>>},
    {"k8s.io.api.resource.v1.ResourceClaimTemplate", kNameAgeColumns,
     print_as<resource_v1::ResourceClaimTemplate,
              print_name_age<resource_v1::ResourceClaimTemplate>>},
    {"k8s.io.api.resource.v1.ResourceClaim", kClaimColumns,
     print_as<resource_v1::ResourceClaim, print_claim>},
    {"k8s.io.api.resource.v1.ResourceSlice", kSliceColumns,
     print_as<resource_v1::ResourceSlice, print_slice>},
};

}  // namespace

std::span<const Printer> device_printers() { return kPrinters; }

}  // namespace kubus::apiserver
