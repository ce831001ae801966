// The warnings of an answer as header fields. However many there are and whatever is in them, their
// texts take little more than 4,096 characters: where they would take more, each is cut to 256 of
// them and those beyond are left out. What is said twice is said once; text with control
// characters, which could end a field, is not said at all. The figures are the reference's.
//
// Thread safety: a pure function.
#pragma once

#include <string>
#include <vector>

namespace kubus::apiserver {

// The values of Warning fields: 299 - "text".
std::vector<std::string> warning_headers(const std::vector<std::string>& warnings);

}  // namespace kubus::apiserver
