// What is to be said of pods, of their templates and of claims that are right.
//
// Thread safety: pure functions. Each adds what it finds to `out`, in the words of the reference.
#pragma once

#include <google/protobuf/map.h>
#include <google/protobuf/repeated_field.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kubus/api/types.h"
#include "validation/field_error.h"

namespace k8s::io::api::core::v1 {
class NodeSelector;
class PersistentVolumeClaimSpec;
class PodSpec;
class PodTemplateSpec;
class Volume;
}  // namespace k8s::io::api::core::v1

namespace kubus::apiserver {

// No client is told more than 4,096 characters, so that a body of many small oddities need not
// become as many texts, nor be compared with itself item by item.
inline constexpr std::size_t kMostWarnings = 256;
inline constexpr std::size_t kMostCompared = 1000;

void warn_of_pod(const core_v1::PodSpec& spec, const meta_v1::ObjectMeta& metadata,
                 std::vector<std::string>& out);
void warn_of_template(const core_v1::PodTemplateSpec& pod_template, const Path& path,
                      std::vector<std::string>& out);
void warn_of_claim_spec(const core_v1::PersistentVolumeClaimSpec& spec, const Path& path,
                        std::vector<std::string>& out);
// Labels of nodes that a volume or a pod must have around it.
void warn_of_node_terms(const core_v1::NodeSelector& selector, const Path& path,
                        std::vector<std::string>& out);
// Files of one volume that are in each other's place.
void warn_of_overlaps(const google::protobuf::RepeatedPtrField<core_v1::Volume>& volumes,
                      std::vector<std::string>& out);

// What became of a label of nodes that has another name now; empty for any other.
std::string_view old_label_text(std::string_view key);
// The texts of those labels that are among the keys, with the keys, in order.
std::vector<std::pair<std::string_view, std::string_view>> old_labels_in(
    const google::protobuf::Map<std::string, std::string>& labels);

}  // namespace kubus::apiserver
