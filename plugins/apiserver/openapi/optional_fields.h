// Fields that are always written and yet need not be given.
//
// Thread safety: constant.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace kubus::apiserver {

// As "Message.field", sorted.
inline constexpr std::array<std::string_view, 42> kOptionalFields = {
    "AllocatedDeviceStatus.conditions",
    "AzureFilePersistentVolumeSource.secretNamespace",
    "BoundObjectReference.uID",
    "BoundObjectReference.uid",
    "CSINodeDriver.topologyKeys",
    "CapacityRequestPolicy.default",
    "ClusterRole.rules",
    "ContainerImage.names",
    "CustomResourceDefinitionStatus.acceptedNames",
    "CustomResourceDefinitionStatus.conditions",
    "CustomResourceDefinitionStatus.storedVersions",
    "DeviceClaim.requests",
    "EndpointSlice.ports",
    "Event.metadata",
    "Event.reportingComponent",
    "Event.reportingInstance",
    "FlowSchemaSpec.matchingPrecedence",
    "GRPCAction.service",
    "HorizontalPodAutoscalerStatus.currentMetrics",
    "IngressClassParametersReference.aPIGroup",
    "IngressClassParametersReference.scope",
    "JSONSchemaProps.xKubernetesListMapKeys",
    "JSONSchemaProps.xKubernetesListType",
    "JSONSchemaProps.xKubernetesMapType",
    "LimitedPriorityLevelConfiguration.nominalConcurrencyShares",
    "NetworkPolicySpec.podSelector",
    "NodeRuntimeHandler.name",
    "PodFailurePolicyOnPodConditionsPattern.status",
    "ProjectedVolumeSource.sources",
    "QueuingConfiguration.handSize",
    "QueuingConfiguration.queueLengthLimit",
    "QueuingConfiguration.queues",
    "ResourceClaimSpec.devices",
    "ResourcePolicyRule.namespaces",
    "Role.rules",
    "StatefulSetOrdinals.start",
    "StatefulSetSpec.serviceName",
    "StatefulSetStatus.availableReplicas",
    "TokenRequestSpec.boundObjectRef",
    "TokenRequestSpec.expirationSeconds",
    "TypedLocalObjectReference.apiGroup",
    "TypedObjectReference.apiGroup",
};

inline bool is_optional_field(std::string_view name) {
  return std::binary_search(kOptionalFields.begin(), kOptionalFields.end(), name);
}

}  // namespace kubus::apiserver
