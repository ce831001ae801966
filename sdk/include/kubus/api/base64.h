// Base64 with the standard alphabet and padding, as the API encodes bytes.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "kubus/status.h"

namespace kubus {

std::string encode_base64(std::string_view bytes);
// Newlines are skipped. kBadRequest when it is malformed.
Result<std::string> decode_base64(std::string_view text);

}  // namespace kubus
