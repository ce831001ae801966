// The JSON form of a CustomObject: type and metadata, then all other members, sorted.
//
// Thread safety: functions without state.
#pragma once

#include <string>
#include <string_view>

#include "kubus/api/json.h"

namespace kubus::json {

bool is_custom(const google::protobuf::Message& message);
// As the function without the prefix, for a message that is_custom().
Status custom_from_json(std::string_view json, google::protobuf::Message& message,
                        const DecodeOptions& options);
void append_custom_json(const google::protobuf::Message& message, std::string& out,
                        const EncodeOptions& options);

}  // namespace kubus::json
