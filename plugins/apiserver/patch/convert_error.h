// What the reference says of a tree that is no object of a type. It turns the tree of a strategic
// merge into an object without going through text, and finds fault in words of its own.
//
// Thread safety: a pure function.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>

#include "kubus/api/schema.h"

namespace kubus::apiserver {

// The first value of the wrong type, in the order of the fields; nothing when there is none. Values
// with a form of their own, such as times and quantities, are not looked at.
std::optional<std::string> convert_error(const boost::json::value& tree, const MessageInfo& type);

}  // namespace kubus::apiserver
