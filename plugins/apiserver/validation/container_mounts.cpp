// Where a container sees the volumes of its pod: as directories and as devices.
#include <k8s/core/v1/container.pb.h>
#include <k8s/core/v1/security.pb.h>
#include <k8s/core/v1/volume.pb.h>

#include <algorithm>
#include <set>

#include "validation/checks.h"
#include "validation/pod_spec.h"

namespace kubus::apiserver {
namespace {

template <class List, class Matches>
bool any_of(const List& list, Matches matches) {
  return std::any_of(list.begin(), list.end(), matches);
}

void check_propagation(const core_v1::VolumeMount& mount, const core_v1::Container& container,
                       const Path& path, ErrorList& errors) {
  if (!mount.has_mountpropagation()) return;
  const std::string& mode = mount.mountpropagation();
  if (mode != "Bidirectional" && mode != "HostToContainer" && mode != "None") {
    errors.not_supported(path, mode, {"Bidirectional", "HostToContainer", "None"});
  }
  if (mode == "Bidirectional" && !container.securitycontext().privileged()) {
    errors.forbidden(path,
                     "Bidirectional mount propagation is available only to privileged containers");
  }
}

void check_read_only(const core_v1::VolumeMount& mount, const Path& path, ErrorList& errors) {
  if (!mount.has_recursivereadonly() || mount.recursivereadonly() == "Disabled") return;
  const std::string& mode = mount.recursivereadonly();
  if (mode != "Enabled" && mode != "IfPossible") {
    errors.not_supported(path, mode, {"Disabled", "Enabled", "IfPossible"});
    return;
  }
  if (!mount.readonly()) errors.forbidden(path, "may only be specified when readOnly is true");
  if (mount.has_mountpropagation() && mount.mountpropagation() != "None") {
    errors.forbidden(path, "may only be specified when mountPropagation is None or not specified");
  }
}

void check_mount(const core_v1::VolumeMount& mount, const core_v1::Container& container,
                 const VolumeNames& volumes, std::set<std::string>& paths, const Path& list,
                 const Path& path, ErrorList& errors) {
  if (mount.name().empty()) errors.required(path.child("name"));
  if (!volumes.contains(mount.name())) errors.not_found(path.child("name"), mount.name());
  if (mount.mountpath().empty()) errors.required(path.child("mountPath"));
  if (!paths.insert(mount.mountpath()).second) {
    errors.invalid(path.child("mountPath"), mount.mountpath(), "must be unique");
  }
  const auto& devices = container.volumedevices();
  if (any_of(devices, [&](const auto& device) { return device.name() == mount.name(); })) {
    errors.invalid(path.child("name"), mount.name(), "must not already exist in volumeDevices");
  }
  if (any_of(devices, [&](const auto& d) { return d.devicepath() == mount.mountpath(); })) {
    errors.invalid(path.child("mountPath"), mount.mountpath(),
                   "must not already exist as a path in volumeDevices");
  }
  check_descending_path(mount.subpath(), list.child("subPath"), errors);
  if (!mount.subpathexpr().empty()) {
    if (!mount.subpath().empty()) {
      errors.invalid(path.child("subPathExpr"), mount.subpathexpr(),
                     "subPathExpr and subPath are mutually exclusive");
    }
    check_descending_path(mount.subpathexpr(), list.child("subPathExpr"), errors);
  }
  check_propagation(mount, container, list.child("mountPropagation"), errors);
  check_read_only(mount, path.child("recursiveReadOnly"), errors);
}

void check_device_name(const std::string& name, const VolumeNames& volumes,
                       const std::set<std::string>& names, const Path& path, ErrorList& errors) {
  if (name.empty()) errors.required(path);
  if (names.contains(name)) errors.invalid(path, name, "must be unique");
  const auto volume = volumes.find(name);
  if (volume == volumes.end()) {
    errors.not_found(path, name);
  } else if (!volume->second->has_persistentvolumeclaim() && !volume->second->has_ephemeral()) {
    errors.invalid(path, name,
                   "can only use volume source type of PersistentVolumeClaim or Ephemeral for "
                   "block mode");
  }
}

void check_device_path(const std::string& device, std::set<std::string>& paths, const Path& path,
                       ErrorList& errors) {
  if (device.empty()) errors.required(path);
  if (paths.contains(device)) errors.invalid(path, device, "must be unique");
  if (has_backstep(device)) {
    errors.invalid(path, device, "can not contain backsteps ('..')");
  } else {
    paths.insert(device);
  }
}

void check_devices(const core_v1::Container& container, const VolumeNames& volumes,
                   const Path& path, ErrorList& errors) {
  std::set<std::string> names;
  std::set<std::string> paths;
  for (int i = 0; i < container.volumedevices_size(); ++i) {
    const auto& device = container.volumedevices(i);
    const Path at = path.index(i);
    check_device_name(device.name(), volumes, names, at.child("name"), errors);
    check_device_path(device.devicepath(), paths, at.child("devicePath"), errors);
    const auto& mounts = container.volumemounts();
    if (any_of(mounts, [&](const auto& mount) { return mount.name() == device.name(); })) {
      errors.invalid(at.child("name"), device.name(), "must not already exist in volumeMounts");
    }
    if (any_of(mounts, [&](const auto& m) { return m.mountpath() == device.devicepath(); })) {
      errors.invalid(at.child("devicePath"), device.devicepath(),
                     "must not already exist as a path in volumeMounts");
    }
    if (!device.name().empty()) names.insert(device.name());
  }
}

}  // namespace

void check_mounts(const core_v1::Container& container, const VolumeNames& volumes, const Path& path,
                  ErrorList& errors) {
  const Path list = path.child("volumeMounts");
  std::set<std::string> paths;
  for (int i = 0; i < container.volumemounts_size(); ++i) {
    check_mount(container.volumemounts(i), container, volumes, paths, list, list.index(i), errors);
  }
  check_devices(container, volumes, path.child("volumeDevices"), errors);
}

}  // namespace kubus::apiserver
