// The labels and annotations under which the kubelet keeps what it must know of a container after a
// restart of its own. The names are the reference's: tools look for them.
#pragma once

namespace kubus::kubelet {

inline constexpr const char* kContainerName = "io.kubernetes.container.name";
inline constexpr const char* kPodName = "io.kubernetes.pod.name";
inline constexpr const char* kPodNamespace = "io.kubernetes.pod.namespace";
inline constexpr const char* kPodUid = "io.kubernetes.pod.uid";
inline constexpr const char* kContainerHash = "io.kubernetes.container.hash";
inline constexpr const char* kRestartCount = "io.kubernetes.container.restartCount";
inline constexpr const char* kTerminationMessagePath =
    "io.kubernetes.container.terminationMessagePath";
inline constexpr const char* kTerminationMessagePolicy =
    "io.kubernetes.container.terminationMessagePolicy";
inline constexpr const char* kTerminationMessageHostPath =
    "dev.kubus.container.terminationMessageHostPath";
// The resources it was made with, as JSON of the API.
inline constexpr const char* kContainerResources = "dev.kubus.container.resources";
// "init", "sidecar", "regular" or "ephemeral".
inline constexpr const char* kContainerKind = "dev.kubus.container.kind";

}  // namespace kubus::kubelet
