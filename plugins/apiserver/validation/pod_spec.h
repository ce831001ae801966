// The rules of pods and of the templates that pods are made from.
//
// Thread safety: pure functions. Each adds what it finds to the errors.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "kubus/api/types.h"
#include "validation/field_error.h"

namespace k8s::io::api::core::v1 {
class Affinity;
class AppArmorProfile;
class Container;
class HostPathVolumeSource;
class Lifecycle;
class NodeSelector;
class ObjectFieldSelector;
class PersistentVolumeClaimSpec;
class Pod;
class PodSpec;
class PodTemplateSpec;
class Probe;
class ResourceFieldSelector;
class ResourceRequirements;
class SecurityContext;
class Toleration;
class Volume;
class VolumeSource;
class WindowsSecurityContextOptions;
}  // namespace k8s::io::api::core::v1

namespace kubus::apiserver {

// The volumes that a container may use; one that is wrong itself is not among them.
using VolumeNames = std::map<std::string, const core_v1::VolumeSource*>;
// The names of spec.resourceClaims.
using ClaimNames = std::set<std::string>;

enum class PodKind : std::uint8_t { kPod, kTemplate };

// What the containers of a pod need to know of it.
struct PodContext {
  const core_v1::PodSpec& spec;
  VolumeNames volumes;
  ClaimNames claims;
};

// `metadata` is that of the pod; null for a template, whose pods have names of their own.
void check_pod_spec(const core_v1::PodSpec& spec, const meta_v1::ObjectMeta* metadata,
                    const Path& path, ErrorList& errors);
// Labels, annotations and spec; without ephemeral containers.
void check_pod_template(const core_v1::PodTemplateSpec& pod_template, const Path& path,
                        ErrorList& errors);
// Annotations of pods that mean something to the API.
void check_pod_annotations(const meta_v1::ObjectMeta& metadata, const core_v1::PodSpec& spec,
                           const Path& path, ErrorList& errors);
// The same, and which of them may not come, change or go any more.
void check_pod_annotations_update(const core_v1::Pod& pod, const core_v1::Pod& old,
                                  ErrorList& errors);

void check_container(const core_v1::Container& container, const PodContext& pod, const Path& path,
                     ErrorList& errors);
void check_restart_rules(const core_v1::Container& container, const Path& path, ErrorList& errors);
// Checked for pods, not for templates, which older servers took with spaces.
void check_image_text(const std::string& image, const Path& path, ErrorList& errors);
void check_environment(const core_v1::Container& container, const Path& path, ErrorList& errors);
void check_mounts(const core_v1::Container& container, const VolumeNames& volumes, const Path& path,
                  ErrorList& errors);
void check_field_reference(const core_v1::ObjectFieldSelector& field,
                           std::initializer_list<std::string_view> allowed, const Path& path,
                           ErrorList& errors);
void check_resource_reference(const core_v1::ResourceFieldSelector& field, bool needs_container,
                              const Path& path, ErrorList& errors);
// `grace`: the seconds that the pod has to end.
void check_probes(const core_v1::Container& container, const Path& path, ErrorList& errors);
void check_lifecycle(const core_v1::Lifecycle& lifecycle, std::int64_t grace, const Path& path,
                     ErrorList& errors);

using NameOf = void (*)(const std::string& name, const Path& path, ErrorList& errors);
// A resource that a container, or a pod as a whole, can ask for.
void check_resource_name(const std::string& name, const Path& path, ErrorList& errors);
void check_pod_resource_name(const std::string& name, const Path& path, ErrorList& errors);
// How much of it there is, or is asked for.
void check_amount(const std::string& name, const Quantity& quantity, const Path& path,
                  ErrorList& errors);
// Whether more of it may be promised than there is.
bool is_overcommittable(const std::string& name);
void check_resources(const core_v1::ResourceRequirements& resources, NameOf check_name,
                     const ClaimNames& claims, const Path& path, ErrorList& errors);
// What a pod asks for as a whole, compared with what its containers do.
void check_pod_resources(const PodContext& pod, const Path& path, ErrorList& errors);
void check_resize_policy(const core_v1::Container& container, std::string_view restart_policy,
                         const Path& path, ErrorList& errors);

void check_security_context(const core_v1::SecurityContext& context, const core_v1::PodSpec& pod,
                            const Path& path, ErrorList& errors);
void check_pod_security(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors);
void check_windows_options(const core_v1::WindowsSecurityContextOptions& options, const Path& path,
                           ErrorList& errors);
// Whether all or none of its containers are processes of the host.
void check_host_processes(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors);
// Whether a pod with users of its own shares anything else with the node.
void check_host_users(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors);
// What only pods of the other operating system may have.
void check_os(const core_v1::PodSpec& spec, const Path& path, ErrorList& errors);

VolumeNames check_volumes(const core_v1::PodSpec& spec, const meta_v1::ObjectMeta* metadata,
                          const Path& path, ErrorList& errors);
void check_host_path(const core_v1::HostPathVolumeSource& source, const Path& path,
                     ErrorList& errors);
// The spec of a claim and of a template of claims.
void check_claim_spec(const core_v1::PersistentVolumeClaimSpec& spec, const Path& path,
                      ErrorList& errors);
ClaimNames check_resource_claims(const core_v1::PodSpec& spec, const meta_v1::ObjectMeta* metadata,
                                 const Path& path, ErrorList& errors);
void check_ephemeral_containers(const PodContext& pod, const Path& path, ErrorList& errors);
// What pods/ephemeralcontainers and pods/resize may change.
void check_ephemeral_update(const core_v1::Pod& pod, const core_v1::Pod& old, ErrorList& errors);
void check_resize(const core_v1::Pod& pod, const core_v1::Pod& old, ErrorList& errors);

void check_affinity(const core_v1::Affinity& affinity, const Path& path, ErrorList& errors);
void check_node_selector(const core_v1::NodeSelector& selector, const Path& path,
                         ErrorList& errors);
void check_spread(const core_v1::PodSpec& spec, PodKind kind, const Path& path, ErrorList& errors);
void check_toleration(const core_v1::Toleration& toleration, const Path& path, ErrorList& errors);
// The effect of a taint, which a toleration may leave open.
void check_taint_effect(const std::string& effect, const Path& path, ErrorList& errors);

}  // namespace kubus::apiserver
