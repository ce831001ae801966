// Comparing what a command printed with what it should print.
//
// Thread safety: a pure function.
#pragma once

#include <string_view>

namespace kubus::e2e {

// Line by line, blanks at the ends of the whole aside. In `expected`, "…" stands for any text
// within its line, and a line that is only "…" for any number of lines. Two blanks or more, as
// between the columns of a table, are the same as two: widths follow the contents.
bool matches(std::string_view expected, std::string_view printed);

}  // namespace kubus::e2e
