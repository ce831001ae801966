// Whether a tree is what its type says, as far as apply cares.
//
// Thread safety: a pure function.
#pragma once

#include <boost/json/value.hpp>

#include "apply/atom.h"
#include "kubus/status.h"

namespace kubus::apiserver {

// Unknown fields, values of other forms than the type has, and list items that cannot be told apart
// (unless `duplicates` are allowed) are listed in the message of the outcome, which is
// kUnknown, as in the reference.
Status check_typed(const Atom& type, const boost::json::value& value, bool duplicates);

}  // namespace kubus::apiserver
