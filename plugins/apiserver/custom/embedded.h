// Objects of the API within custom objects, where a schema says x-kubernetes-embedded-resource.
//
// Thread safety: pure functions.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "kubus/status.h"
#include "schema/schema.h"
#include "validation/field_error.h"

namespace kubus::apiserver {

// Reads their metadata, and leaves of it what metadata can have; `unknown`, unless null, gets one
// sentence for each field that goes. kBadRequest, and why, for what is no metadata.
Status settle_embedded(boost::json::object& tree, const Schema& schema,
                       std::vector<std::string>* unknown);
// Whether they say what they are, and what is wrong with their metadata.
void check_embedded(const boost::json::object& tree, const Schema& schema, ErrorList& errors);

}  // namespace kubus::apiserver
