// Sets of fields that were written when their type was another: what used to be owned part by part
// and is taken whole now.
//
// Thread safety: pure functions.
//
// The other way round nothing is done, as in the reference: who owned a whole value goes on owning
// its place, and nothing below it.
#pragma once

#include <string_view>

#include "apply/atom.h"
#include "apply/field_set.h"

namespace kubus::apiserver {

// Whether a set, encoded as fieldsV1, has fields below a value that is taken whole. What makes no
// sense in it is passed over.
// Without decoding it.
bool splits_whole_values(std::string_view encoded, const Atom& type);
// The set in which whoever owns something of such a value owns the value.
FieldSet with_whole_values(const FieldSet& fields, const Atom& type);

}  // namespace kubus::apiserver
