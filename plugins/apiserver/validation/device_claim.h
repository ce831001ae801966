// What claims for devices, their status and the slices that offer devices have in common.
//
// Thread safety: pure functions.
#pragma once

#include <google/protobuf/repeated_field.h>
#include <k8s/resource/v1/device_request.pb.h>

#include <set>
#include <string>

#include "kubus/api/types.h"
#include "validation/field_error.h"

namespace kubus::apiserver {

void check_list_size(int size, std::size_t most, const Path& path, ErrorList& errors);
// The names of requests and of their alternatives, "request/alternative".
void check_request_reference(const std::string& name, const std::set<std::string>& names,
                             const Path& path, ErrorList& errors);
void check_request_names(const google::protobuf::RepeatedPtrField<std::string>& list,
                         const std::set<std::string>& names, const Path& path, ErrorList& errors);
void check_configuration(const resource_v1::DeviceConfiguration& configuration, const Path& path,
                         ErrorList& errors);
// The name of an attribute or a capacity: an identifier, perhaps of a domain.
void check_trait_name(const std::string& name, const Path& path, ErrorList& errors);
void check_pool_name(const std::string& name, const Path& path, ErrorList& errors);

}  // namespace kubus::apiserver
