// Values as text. Thread safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "cel/value.h"

namespace kubus::apiserver::cel {

// As string() of an expression; only of what has such a conversion.
std::string text_of(const Value& value);
// The shortest text that reads back as the same number.
std::string text_of(double number);

}  // namespace kubus::apiserver::cel
