// Base64: with the standard alphabet and padding, as the API encodes bytes, and with the alphabet
// for URLs and without padding, as tokens do.
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

std::string encode_base64url(std::string_view bytes);
// Strict: kBadRequest for padding, space, and a last character whose unused bits are not zero, so
// that each text decodes from exactly one.
Result<std::string> decode_base64url(std::string_view text);

}  // namespace kubus
