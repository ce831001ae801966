// Reads the body of a request into a message of the kind that is expected.
//
// Thread safety: free functions.
#pragma once

#include <memory>
#include <string>

#include "registry/call.h"

namespace kubus::apiserver {

using MessagePtr = std::unique_ptr<Message>;

// kBadRequest for what is not an object of `type`. Unknown and duplicate fields are an error, a
// warning of the call, or nothing, as its fieldValidation says.
Result<MessagePtr> read_body(Call& call, const google::protobuf::Descriptor& type);
// The same from JSON text that is not the body itself: a patched object.
Result<MessagePtr> read_json(Call& call, std::string_view json,
                             const google::protobuf::Descriptor& type);

}  // namespace kubus::apiserver
