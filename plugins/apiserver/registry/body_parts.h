// Of how many parts a body is made: objects and arrays of JSON, messages of protobuf. One of two
// bytes becomes one of hundreds when it is decoded, so the size of a body alone does not bound what
// a request takes.
//
// Thread safety: pure functions.
#pragma once

#include <string_view>

#include "kubus/status.h"

namespace google::protobuf {
class Descriptor;
}

namespace kubus::apiserver {

// kRequestEntityTooLarge beyond 250,000 of them. What cannot be read is left to whoever decodes it.
Status check_parts(std::string_view json);
// The same of a body in protobuf, with its envelope.
Status check_parts(std::string_view protobuf, const google::protobuf::Descriptor& type);

}  // namespace kubus::apiserver
