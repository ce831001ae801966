// Reads the body of a request into a message of the kind that is expected.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "registry/call.h"

namespace kubus::apiserver {

using MessagePtr = std::unique_ptr<Message>;

enum class FieldValidation : std::uint8_t { kIgnore, kWarn, kStrict };

// What the call wants done about fields that mean nothing. kInvalid for a word that is none of it.
Result<FieldValidation> field_validation(const Call& call);

// kBadRequest for what is not an object of `type`, kUnknown for what are not options of that type.
// Unknown and duplicate fields of objects are an error, a warning of the call, or nothing, as its
// fieldValidation says.
Result<MessagePtr> read_body(Call& call, const google::protobuf::Descriptor& type);

// What is said of keys that were repeated in YAML, as an error.
std::string yaml_errors(const std::vector<std::string>& lines);

// What is left to do for an object of a custom kind; ok for others. `mistakes` gets one sentence
// for each unknown field, which is gone then; it may be null.
Status admit_custom(const Call& call, Message& message, std::vector<std::string>* mistakes);

}  // namespace kubus::apiserver
