// Validation: whether an object may be stored, and if not, what is wrong with which field.
//
// Thread safety: pure functions; what they look up is built on first use and immutable from then
// on.
//
// Objects must have their defaults. Names, namespaces, uids and times are set by the caller before.
#pragma once

#include <string_view>

#include "kubus/api/resource.h"
#include "kubus/status.h"
#include "validation/field_error.h"

namespace kubus::apiserver {

ErrorList validate_create(const google::protobuf::Message& object, const ResourceInfo& resource);
ErrorList validate_update(const google::protobuf::Message& object,
                          const google::protobuf::Message& old, const ResourceInfo& resource);
// Only the metadata and the status of `object` differ from `old`.
ErrorList validate_status_update(const google::protobuf::Message& object,
                                 const google::protobuf::Message& old,
                                 const ResourceInfo& resource);

// Only what the subresource is about differs from `old`.
ErrorList validate_part_update(const google::protobuf::Message& object,
                               const google::protobuf::Message& old, std::string_view subresource);

// Ok for no errors, else Invalid: 'Deployment.apps "x" is invalid: spec.replicas: ...' with one
// cause for each error in the details.
Status to_status(std::string_view group, std::string_view kind, std::string_view name,
                 const ErrorList& errors);
inline Status to_status(const ResourceInfo& resource, std::string_view name,
                        const ErrorList& errors) {
  return to_status(resource.group, resource.kind, name, errors);
}

}  // namespace kubus::apiserver
