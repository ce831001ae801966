// What is wrong with a regular expression, in the words of Go, which clients know.
//
// Thread safety: pure function.
#pragma once

#include <re2/re2.h>

#include <string>

namespace kubus::apiserver::cel {

// "error parsing regexp: missing closing ]: `[`". Only of one that is not ok().
std::string regex_error(const RE2& pattern);

}  // namespace kubus::apiserver::cel
