// Evaluator: one run of an expression. Errors are values on the way: `||`, `&&` and the macros that
// stand for them absorb one where the other side decides.
//
// Thread safety: used by one thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cel/ast.h"

namespace kubus::apiserver::cel {

class Evaluator {
 public:
  Evaluator(std::span<const Value> variables, std::uint64_t limit)
      : slots_(variables.begin(), variables.end()), limit_(limit) {}

  Value evaluate(const Expr& expr);
  std::uint64_t cost() const { return cost_; }
  // It cost more than it may, and what evaluate() answered means nothing.
  bool stopped() const { return cost_ > limit_ || meter_.exhausted(); }

 private:
  Value select(const Expr& expr);
  Value has(const Expr& expr);
  Value call(const Expr& expr);
  Value logic(const Expr& expr);
  Value ternary(const Expr& expr);
  Value list(const Expr& expr);
  Value map(const Expr& expr);
  Value loop(const Expr& expr);
  Value bind(const Expr& expr);

  void spend(std::uint64_t cost) { cost_ += cost; }
  Value& slot(std::size_t index);

  std::vector<Value> slots_;
  std::uint64_t limit_;
  std::uint64_t cost_ = 0;
  Meter meter_;
};

}  // namespace kubus::apiserver::cel
