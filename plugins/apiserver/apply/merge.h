// The changes of trees that apply makes: a configuration merged into the live object, and fields
// taken out of it.
//
// Thread safety: pure functions.
#pragma once

#include <boost/json/value.hpp>

#include "apply/atom.h"
#include "apply/field_set.h"
#include "kubus/status.h"

namespace kubus::apiserver {

// Gives `live` all that `config` has. Both have passed check_typed(), `live` with duplicates. Lists
// that are merged item by item come in the order of `config`; what only `live` has keeps its place
// among what both have. What is equal already stays as it is. On failure `live` is of no use.
Status merge_config(const Atom& type, boost::json::value& live, const boost::json::value& config);

// `value` without the fields of `doomed` and all below them. What is left empty becomes null.
boost::json::value remove_fields(const Atom& type, const boost::json::value& value,
                                 const FieldSet& doomed);

// `fields` and every named field of an object on the way to one of them. Keys of maps, which have
// no meaning without what is below them, are not named fields.
FieldSet with_named_fields(const FieldSet& fields, const Atom& type);

}  // namespace kubus::apiserver
