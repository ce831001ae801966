// The objects of built-in kinds as types of expressions.
//
// Thread safety: pure functions.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>

#include "cel/type.h"

namespace kubus::apiserver::policy {

// `name`: how errors call it; the parts of it are called by their path. What can be of several
// types (quantities, ports by name or number, documents of others) and what would hold itself is of
// any.
cel::TypePtr message_type(const google::protobuf::Descriptor& message, const std::string& name);

}  // namespace kubus::apiserver::policy
