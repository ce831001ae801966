// The engines of custom objects: the same steps that descriptors drive for built-in kinds.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "custom/kind.h"
#include "kubus/object.h"
#include "kubus/status.h"
#include "validation/field_error.h"

namespace kubus::apiserver {

// What a client sent: it must say what it is, and loses what its schema does not know. `unknown`
// gets one sentence for each such field; null: nobody wants to know. kBadRequest, and why, for what
// is no object, or has an object within it that is none.
Status admit_body(CustomObject& object, const CustomKind& kind,
                  std::vector<std::string>* unknown);
void apply_custom_defaults(CustomObject& object, const CustomKind& kind);
// What is wrong with it beside its metadata, which was looked at before: rules are not evaluated
// for what has not the right shape. `old` is null for a creation.
void check_custom(const CustomObject& object, const CustomObject* old, const CustomKind& kind,
                  ErrorList& errors);
// The JSON that is stored of an object of any kind: without a resourceVersion, in the version that
// is stored and with what that has a place for. No webhook is asked.
std::string stored_json(Message& object, const ResourceInfo& resource);

}  // namespace kubus::apiserver
