// From text to tree.
//
// Thread safety: pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "cel/ast.h"
#include "cel/lexer.h"

namespace kubus::apiserver::cel {

// Bounds of what is parsed.
inline constexpr std::size_t kMaxText = 100'000;
inline constexpr int kMaxDepth = 100;

// Null, and what is wrong in `faults`, for what is no expression. `binds`: whether cel.bind() is
// known.
ExprPtr parse(std::string_view text, std::vector<Fault>& faults, bool binds = false);

// Macros by name: what a call is turned into, the call itself when it is none. Adds to `faults`
// what is wrong with its arguments.
ExprPtr expand_macro(ExprPtr call, bool binds, std::vector<Fault>& faults);

}  // namespace kubus::apiserver::cel
