// Program: an expression of the Common Expression Language, compiled once, run often.
//
// Thread safety: immutable once compiled; run() from any thread at once.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "cel/checker.h"
#include "cel/value.h"

namespace kubus::apiserver::cel {

// What one expression may cost; and all rules of one object, or of one policy, together.
inline constexpr std::uint64_t kExpressionCost = 1'000'000;
inline constexpr std::uint64_t kRequestCost = 10'000'000;

struct Outcome {
  Value value;
  std::uint64_t cost = 0;
  bool over_limit = false;  // then the value is an error that says so
};

class Program {
 public:
  // Check ok() of it. The declarations name the variables in the order in which run() gets them.
  // `binds`: whether cel.bind() is known, which the reference knows about devices only.
  static Program compile(std::string_view text, const Declarations& declarations,
                         bool binds = false);

  bool ok() const { return root_ != nullptr; }
  // "ERROR: <input>:1:5: ..." when not ok.
  const std::string& error() const { return error_; }
  // It is sound, but no program can be made of it: when not ok.
  bool instantiation_failed() const { return instantiation_failed_; }
  // What it yields; only when ok.
  const TypePtr& type() const { return type_; }
  // Whether it mentions the variable at that place anywhere.
  bool uses(std::size_t variable) const;
  // Whether it takes that field of it, or asks whether there is one.
  bool selects(std::size_t variable, std::string_view field) const;

  // What a run may cost at most, by what the declarations it was compiled with say of the sizes of
  // documents.
  std::uint64_t highest_cost(const Declarations& declarations) const;

  // The document that variables are views of must live as long as the outcome.
  Outcome run(std::span<const Value> variables, std::uint64_t limit = kExpressionCost) const;

 private:
  std::shared_ptr<const Expr> root_;
  TypePtr type_;
  std::string error_;
  bool instantiation_failed_ = false;
};

}  // namespace kubus::apiserver::cel
