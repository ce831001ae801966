// The rules for metadata when an object is written.
//
// Thread safety: free functions.
#pragma once

#include <k8s/meta/v1/object_meta.pb.h>

#include <string>

#include "kubus/api/types.h"
#include "kubus/status.h"
#include "registry/call.h"

namespace kubus::apiserver {

std::string new_uid();
// `prefix` and five random characters, cut to what a name may have.
std::string generated_name(const std::string& prefix);

// Checks what the client sent against the request and takes away what the server decides.
// A generated name is not made here.
Status prepare_created(meta_v1::ObjectMeta& metadata, const Call& call);
// What makes it an object of its own, which nobody sees before it has been changed by all who may.
void fill_created(meta_v1::ObjectMeta& metadata, bool counts_generations);
// kBadRequest unless an object that is written to the place of `name` has that name.
Status check_name(const meta_v1::ObjectMeta& metadata, const std::string& name);
// What is sent to the place of the call is in its namespace, or goes there, and has its name.
// kBadRequest otherwise.
Status check_place(meta_v1::ObjectMeta& metadata, const Call& call);
// kConflict when what is sent for the object with this uid means another one.
Status check_uid(const meta_v1::ObjectMeta& metadata, const std::string& uid, const Call& call);
// Carries over from `old` what a client cannot change; kInvalid when it says something else.
Status prepare_updated(meta_v1::ObjectMeta& metadata, const meta_v1::ObjectMeta& old,
                       const Call& call);

}  // namespace kubus::apiserver
