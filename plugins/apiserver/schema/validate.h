// Whether an object is as its schema says, and if not, what is wrong where, in the reference's
// words.
//
// Thread safety: pure functions.
#pragma once

#include <boost/json/value.hpp>

#include "schema/schema.h"
#include "validation/field_error.h"

namespace kubus::apiserver {

// `root`: where the value stands, empty for a whole object. `old` is what stood there before, or
// null: what is wrong with a value that has not changed is no reason to refuse it.
void check_schema(const boost::json::value& value, const boost::json::value* old,
                  const Schema& schema, const Path& root, ErrorList& errors);

// Lists of type set and map that have an item twice.
void check_list_items(const boost::json::value& value, const Schema& schema, const Path& root,
                      ErrorList& errors);

}  // namespace kubus::apiserver
