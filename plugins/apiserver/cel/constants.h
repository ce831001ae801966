// What can be told of the constants of a checked expression before it runs.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "cel/ast.h"
#include "cel/lexer.h"

namespace kubus::apiserver::cel {

// Adds a fault for each text that is no duration, no time, no pattern or no format where it must
// be one.
void check_constants(const Expr& root, std::vector<Fault>& faults);

// Why no program can be made of the expression; empty where one can. Patterns that
// check_constants() does not look at are compiled with the program.
std::string instantiation_error(const Expr& root);

}  // namespace kubus::apiserver::cel
