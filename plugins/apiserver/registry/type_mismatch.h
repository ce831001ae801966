// What is said of a body that is of another type than the request is about.
//
// Thread safety: pure function.
#pragma once

#include <string>

#include "kubus/api/json.h"
#include "kubus/api/schema.h"

namespace kubus::apiserver {

// What stands in the way of taking an object of the type `sent` for one of `wanted`; empty when
// they are the same.
std::string other_type(const TypeMeta& sent, const MessageInfo& wanted);

}  // namespace kubus::apiserver
