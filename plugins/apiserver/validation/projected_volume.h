// The parts of volumes whose files come from the API.
//
// Thread safety: pure functions. Each adds what it finds to the errors.
#pragma once

#include <google/protobuf/repeated_field.h>

#include "kubus/api/types.h"
#include "validation/field_error.h"

namespace k8s::io::api::core::v1 {
class DownwardAPIVolumeFile;
class KeyToPath;
class ProjectedVolumeSource;
}  // namespace k8s::io::api::core::v1

namespace kubus::apiserver {

void check_file_mode(bool present, std::int32_t mode, const Path& path, ErrorList& errors);
// Which keys become which files.
void check_key_items(const google::protobuf::RepeatedPtrField<core_v1::KeyToPath>& items,
                     const Path& path, ErrorList& errors);
// A file that holds a field of the pod.
void check_pod_file(const core_v1::DownwardAPIVolumeFile& file, const Path& path,
                    ErrorList& errors);
void check_projected(const core_v1::ProjectedVolumeSource& source, const Path& path,
                     ErrorList& errors);

}  // namespace kubus::apiserver
