// What devices a driver has, on one node or for many.
#include <k8s/core/v1/selector.pb.h>
#include <k8s/resource/v1/device_taint.pb.h>
#include <k8s/resource/v1/resource_slice.pb.h>

#include <set>

#include "validation/checks.h"
#include "validation/device_claim.h"
#include "validation/pod_spec.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

constexpr std::size_t kMostDevices = 128;
constexpr std::size_t kMostAttributes = 32;
constexpr std::size_t kMostTaints = 16;
constexpr std::size_t kLongestPool = 253;

using resource_v1::ResourceSlice;
using resource_v1::ResourceSliceSpec;

// Whose devices they are is said in exactly one way.
void check_place(const ResourceSliceSpec& spec, const Path& path, ErrorList& errors) {
  std::string ways;
  int count = 0;
  const auto note = [&](bool said, const char* way) {
    if (!said) return;
    ways += (count++ == 0 ? "`" : ", `") + std::string(way) + "`";
  };
  note(spec.has_nodename(), "nodeName");
  note(spec.has_nodeselector(), "nodeSelector");
  note(spec.allnodes(), "allNodes");
  note(spec.perdevicenodeselection(), "perDeviceNodeSelection");
  if (spec.has_nodename()) {
    const std::string& name = spec.nodename();
    if (name.empty()) {
      errors.invalid(path.child("nodeName"), name,
                     "must be either unset or set to a non-empty string");
    } else {
      errors.invalid_each(path.child("nodeName"), name, check_dns1123_subdomain(name));
    }
  }
  if (spec.has_nodeselector()) {
    check_node_selector(spec.nodeselector(), path.child("nodeSelector"), errors);
    if (spec.nodeselector().nodeselectorterms_size() > 1) {
      errors.invalid_unseen(path.child("nodeSelector").child("nodeSelectorTerms"),
                            "must have exactly one node selector term");
    }
  }
  const std::string one =
      "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";
  if (count == 0) errors.required(path, one);
  if (count > 1)
    errors.invalid(path, "{" + ways + "}", one + ", but multiple fields are set");
}

void check_taint(const resource_v1::DeviceTaint& taint, const Path& path, ErrorList& errors) {
  check_label_name(taint.key(), path.child("key"), errors);
  if (!taint.value().empty()) {
    errors.invalid_each(path.child("value"), taint.value(), check_label_value(taint.value()));
  }
  check_one_of(taint.effect(), {"NoExecute", "NoSchedule", "None"}, path.child("effect"), errors);
}

void check_attribute(const resource_v1::DeviceAttribute& attribute, const Path& path,
                     ErrorList& errors) {
  const int values = (attribute.has_int_() ? 1 : 0) + (attribute.has_bool_() ? 1 : 0) +
                     (attribute.has_string() ? 1 : 0) + (attribute.has_version() ? 1 : 0);
  if (values == 0) errors.required(path, "exactly one value must be specified");
  if (values > 1) {
    errors.invalid_json(path, internal_json(attribute), "exactly one value must be specified");
  }
}

template <class Map>
std::set<std::string> sorted_keys(const Map& map) {
  std::set<std::string> keys;
  for (const auto& entry : map) keys.insert(entry.first);
  return keys;
}

void check_device(const resource_v1::Device& device, const Path& path, ErrorList& errors) {
  const auto count = static_cast<std::size_t>(device.attributes().size());
  if (count > kMostAttributes) errors.too_many(path.child("attributes"), count, kMostAttributes);
  for (const auto& name : sorted_keys(device.attributes())) {
    const Path at = path.child("attributes").key(name);
    check_trait_name(name, at, errors);
    check_attribute(device.attributes().at(name), at, errors);
  }
  for (const auto& name : sorted_keys(device.capacity()))
    check_trait_name(name, path.child("capacity").key(name), errors);
  const auto taints = static_cast<std::size_t>(device.taints_size());
  if (taints > kMostTaints) errors.too_many(path.child("taints"), taints, kMostTaints);
  for (int i = 0; i < device.taints_size(); ++i) {
    check_taint(device.taints(i), path.child("taints").index(i), errors);
  }
}

void check_slice(const ResourceSlice& slice, ErrorList& errors) {
  const Path path("spec");
  const ResourceSliceSpec& spec = slice.spec();
  check_driver_name(spec.driver(), path.child("driver"), errors);
  const Path pool = path.child("pool");
  check_pool_name(spec.pool().name(), pool.child("name"), errors);
  if (spec.pool().resourceslicecount() <= 0) {
    errors.invalid(pool.child("resourceSliceCount"), spec.pool().resourceslicecount(),
                   "must be greater than zero");
  }
  if (spec.pool().generation() < 0) {
    errors.invalid(pool.child("generation"), spec.pool().generation(),
                   "must be greater than or equal to zero");
  }
  check_place(spec, path, errors);
  const Path devices = path.child("devices");
  const auto count = static_cast<std::size_t>(spec.devices_size());
  if (count > kMostDevices) errors.too_many(devices, count, kMostDevices);
  std::set<std::string> names;
  for (int i = 0; i < spec.devices_size(); ++i) {
    const std::string& name = spec.devices(i).name();
    const Path at = devices.index(i);
    if (name.empty()) {
      errors.required(at.child("name"));
    } else {
      errors.invalid_each(at.child("name"), name, check_dns1123_label(name));
      if (!names.insert(name).second) errors.duplicate(at.child("name"), name);
    }
    check_device(spec.devices(i), at, errors);
  }
}

void check_slice_update(const ResourceSlice& slice, const ResourceSlice& old, ErrorList& errors) {
  const Path path("spec");
  check_immutable(slice.spec().driver(), old.spec().driver(), path.child("driver"), errors);
  check_immutable(slice.spec().pool().name(), old.spec().pool().name(),
                  path.child("pool").child("name"), errors);
  if (slice.spec().has_nodename() != old.spec().has_nodename() ||
      slice.spec().nodename() != old.spec().nodename()) {
    errors.invalid_json(path.child("nodeName"),
                        slice.spec().has_nodename() ? quoted(slice.spec().nodename()) : "null",
                        kImmutable);
  }
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.resource.v1.ResourceSlice", check_as<ResourceSlice, check_slice>,
     compare_as<ResourceSlice, check_slice_update>},
};

}  // namespace

void check_pool_name(const std::string& name, const Path& path, ErrorList& errors) {
  if (name.empty()) return errors.required(path);
  if (name.size() > kLongestPool) errors.too_long(path, kLongestPool);
  std::string_view rest = name;
  for (;;) {
    const std::size_t slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    errors.invalid_each(path, part, check_dns1123_subdomain(part));
    if (slash == std::string_view::npos) return;
    rest.remove_prefix(slash + 1);
  }
}

std::span<const Validator> resource_slice_validators() { return kValidators; }

}  // namespace kubus::apiserver
