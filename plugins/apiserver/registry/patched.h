// The object that the patch in a call makes of the one there is.
//
// Thread safety: free functions; a Call is used by one thread at a time.
#pragma once

#include <memory>
#include <string>

#include "patch/patch.h"
#include "registry/body.h"
#include "registry/call.h"

namespace kubus::apiserver {

// kUnsupportedMediaType for a patch of a kind that is not served.
Result<PatchType> patch_type(const std::string& media_type, const ResourceInfo& resource);

// Applies the body of `call` to `current` and reads the outcome as a `type`. What comes of
// fieldValidation is as with read_body(), and replaces the call's warnings.
//
// kBadRequest: the body is no patch. kInvalid: it does not apply, or what comes of it is no `type`.
Result<MessagePtr> read_patched(Call& call, PatchType patch_type, boost::json::value current,
                                const google::protobuf::Descriptor& type);

}  // namespace kubus::apiserver
