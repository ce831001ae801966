// What volumes of pods and persistent volumes have in common.
//
// Thread safety: pure functions. Each adds what it finds to the errors.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

#include "kubus/api/types.h"
#include "validation/field_error.h"

namespace k8s::io::api::core::v1 {
class ISCSIPersistentVolumeSource;
class ISCSIVolumeSource;
}  // namespace k8s::io::api::core::v1

namespace kubus::apiserver {

// The name of the first source that is set, which is the one that counts; empty when there is none.
std::string_view first_source(const google::protobuf::Message& sources);
// Those behind it: "may not specify more than 1 volume type".
void check_one_source(const google::protobuf::Message& sources, const Path& path,
                      ErrorList& errors);
// Members without which the source called `name` can never be mounted.
void check_needed_members(const google::protobuf::Message& sources, std::string_view name,
                          const Path& path, ErrorList& errors);

// Of a volume called `volume`; `name` is where that stands.
void check_iscsi(const core_v1::ISCSIVolumeSource& source, const std::string& volume,
                 const Path& name, const Path& path, ErrorList& errors);
void check_iscsi(const core_v1::ISCSIPersistentVolumeSource& source, const std::string& volume,
                 const Path& name, const Path& path, ErrorList& errors);

}  // namespace kubus::apiserver
