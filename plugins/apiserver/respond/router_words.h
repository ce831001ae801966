// What the reference's router for built-in resources says before a handler is asked: no route takes
// the type of the body, or none makes what is accepted.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/meta/v1/status.pb.h>

#include <optional>
#include <string_view>

#include "kubus/api/types.h"
#include "kubus/http/message.h"
#include "kubus/status.h"

namespace kubus::apiserver {

// What resources are told in, and what discovery is.
inline constexpr std::string_view kResourceTypes =
    "application/json, application/yaml, application/vnd.kubernetes.protobuf";
// And lists, which may be watches.
inline constexpr std::string_view kListTypes =
    "application/json, application/yaml, application/vnd.kubernetes.protobuf, "
    "application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch";

// 406 when nothing of `makes`, a list of types, is in the Accept field.
std::optional<meta_v1::Status> refused_accept(const http::Request& request, std::string_view makes);
// What a handler says where it makes nothing of what is accepted, but `types`.
Status not_acceptable(std::string_view types);
// 415 for a PATCH whose body is no kind of patch.
std::optional<meta_v1::Status> refused_patch(const http::Request& request);

}  // namespace kubus::apiserver
