// Brings objects into the shape of their schema: what is not declared goes, defaults come.
//
// Thread safety: pure functions.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "schema/schema.h"

namespace kubus::apiserver {

// Takes out of a whole object what its schema does not know. The paths of what went, as
// "spec.list[0].name", are added to `unknown` unless it is null.
void prune(boost::json::object& object, const Schema& schema, std::vector<std::string>* unknown);

// The same for a part of an object.
void prune_part(boost::json::object& object, const Schema& schema,
                std::vector<std::string>* unknown);

// Nulls where none may be go, unless a default may take their place.
void drop_stray_nulls(boost::json::object& object, const Schema& schema);

// The same; then what is missing, or null where it may not be, gets its default.
void apply_schema_defaults(boost::json::object& object, const Schema& schema);

}  // namespace kubus::apiserver
