// Whether an object refers to a Secret anywhere.
//
// Thread safety: a pure function.
#pragma once

#include "kubus/object.h"

namespace kubus::apiserver {

// Goes by the names of fields, so that a new kind of volume needs nothing here.
bool refers_to_secret(const Message& object);

}  // namespace kubus::apiserver
