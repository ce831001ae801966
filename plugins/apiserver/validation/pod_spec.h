// The rules of pods and of the templates that pods are made from.
//
// Thread safety: pure functions. Each adds what it finds to the errors.
#pragma once

#include <set>
#include <string>

#include "kubus/api/types.h"
#include "validation/field_error.h"

namespace k8s::io::api::core::v1 {
class Affinity;
class Container;
class Lifecycle;
class Pod;
class PodSpec;
class PodTemplateSpec;
class Probe;
class ResourceRequirements;
class Toleration;
class Volume;
}  // namespace k8s::io::api::core::v1

namespace kubus::apiserver {

// The volumes that a container may mount.
using VolumeNames = std::set<std::string>;

void check_pod_spec(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors);
// Labels, annotations and spec; without ephemeral containers.
void check_pod_template(const core_v1::PodTemplateSpec& pod_template, const Path& path,
                        ErrorList& errors);

void check_container(const core_v1::Container& container, const VolumeNames& volumes,
                     const Path& path, ErrorList& errors);
void check_probes(const core_v1::Container& container, const Path& path, ErrorList& errors);
void check_lifecycle(const core_v1::Lifecycle& lifecycle, const Path& path, ErrorList& errors);
// A resource that a container can ask for.
void check_resource_name(const std::string& name, const Path& path, ErrorList& errors);
// Whether more of it may be promised than there is.
bool is_overcommittable(const std::string& name);
void check_resources(const core_v1::ResourceRequirements& resources, const Path& path,
                     ErrorList& errors);
VolumeNames check_volumes(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors);
void check_ephemeral_containers(const core_v1::PodSpec& spec, const VolumeNames& volumes,
                                const Path& path, ErrorList& errors);
// What pods/ephemeralcontainers and pods/resize may change.
void check_ephemeral_update(const core_v1::Pod& pod, const core_v1::Pod& old, ErrorList& errors);
void check_resize(const core_v1::Pod& pod, const core_v1::Pod& old, ErrorList& errors);
void check_scheduling(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors);

}  // namespace kubus::apiserver
