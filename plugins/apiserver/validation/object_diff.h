// What changed between two versions of an object, for the errors that refuse a change: a unified
// diff of their JSON, one member a line.
//
// Thread safety: a pure function.
#pragma once

#include <string>
#include <string_view>

namespace kubus::apiserver {

// Of JSON without space. Empty when they are equal. Changes of very many lines are shown as one
// replaced block, so that the time it takes stays proportional to the size.
std::string object_diff(std::string_view before, std::string_view now);

}  // namespace kubus::apiserver
