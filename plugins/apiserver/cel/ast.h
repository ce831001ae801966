// The tree of an expression. Macros are loops and tests of their own in it, not calls.
//
// Thread safety: immutable once checked.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cel/value.h"

namespace kubus::apiserver::cel {

struct Function;
struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

enum class Loop : std::uint8_t { kAll, kExists, kExistsOne, kMap, kFilter, kMapEntries, kMapMerge };

struct Expr {
  enum class Kind : std::uint8_t {
    kLiteral,
    kIdent,
    kSelect,  // args: of what
    kHas,     // args: of what, as kSelect
    kCall,
    kAnd,
    kOr,
    kTernary,
    kList,  // args: items
    kMap,   // args: key, value, key, value, ...
    kLoop,  // args: range, body, and a filter where there is one
    kBind,  // args: value, body
  };

  Kind kind = Kind::kLiteral;
  Loop loop = Loop::kAll;
  bool member = false;       // of a call: args[0] stands before the dot
  bool optional = false;     // of a select: ".?"
  std::uint16_t height = 1;  // of the tree below, so that nobody walks too deep
  std::size_t position = 0;
  std::string name;    // of an ident, a field, a function, the first variable
  std::string second;  // of a loop over two variables
  Value literal = {};
  std::vector<ExprPtr> args;
  std::vector<bool> optional_at;  // of a list or map: "?" before the item or key; may be shorter

  // Set by the checker.
  std::size_t slot = 0;                // of an ident, a loop or a bind: where its variable is kept
  const Function* function = nullptr;  // of a call
  TypePtr type;                        // of what it yields
};

}  // namespace kubus::apiserver::cel
