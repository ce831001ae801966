// Whether the types of an expression fit, before it ever runs.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cel/ast.h"
#include "cel/lexer.h"

namespace kubus::apiserver::cel {

// The variables of an expression; what is kept at each slot has this place here.
using Declarations = std::vector<std::pair<std::string, TypePtr>>;

// Resolves names and calls in `root`, and answers its type; faults are added in the order of the
// text.
TypePtr check(Expr& root, const Declarations& declarations, std::vector<Fault>& faults);

}  // namespace kubus::apiserver::cel
