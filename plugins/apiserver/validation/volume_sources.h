// What volumes of pods and persistent volumes have in common.
//
// Thread safety: pure functions. Each adds what it finds to the errors.
#pragma once

#include <google/protobuf/message.h>

#include <string_view>

#include "validation/field_error.h"

namespace kubus::apiserver {

// The name of the first source that is set, which is the one that counts; empty when there is none.
std::string_view first_source(const google::protobuf::Message& sources);
// Those behind it: "may not specify more than 1 volume type".
void check_one_source(const google::protobuf::Message& sources, const Path& path,
                      ErrorList& errors);
// Members without which the source called `name` can never be mounted.
void check_needed_members(const google::protobuf::Message& sources, std::string_view name,
                          const Path& path, ErrorList& errors);

}  // namespace kubus::apiserver
