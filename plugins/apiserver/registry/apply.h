// Configurations of server-side apply: read from a request, applied to what is stored.
//
// Thread safety: free functions, from any thread.
#pragma once

#include <boost/json/value.hpp>

#include "registry/body.h"
#include "registry/call.h"

namespace kubus::apiserver {

// The body, YAML or JSON, as an object. kBadRequest for what is none; keys that are there twice are
// an error, a warning of the call, or nothing, as its fieldValidation says.
Result<boost::json::value> read_configuration(Call& call);

// `stored`, or an empty object where it is null, with a configuration applied; its managedFields
// are settled. Errors as those of FieldManager::apply(), and kBadRequest or kConflict for the
// configuration of another object than the call is about.
Result<MessagePtr> apply_configuration(const Call& call, const boost::json::value& config,
                                       const Object* stored);

}  // namespace kubus::apiserver
