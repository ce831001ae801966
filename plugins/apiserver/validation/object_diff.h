// What changed between two versions of a message, for the errors that refuse a change: a unified
// diff of their JSON, one member a line.
//
// Thread safety: a pure function.
#pragma once

#include <google/protobuf/message.h>

#include <string>

namespace kubus::apiserver {

// Empty when they are equal. Changes of very many lines are shown as one replaced block, so that
// the time it takes stays proportional to the size.
std::string object_diff(const google::protobuf::Message& before,
                        const google::protobuf::Message& now);

}  // namespace kubus::apiserver
