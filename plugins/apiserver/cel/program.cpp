#include "cel/program.h"

#include "cel/constants.h"
#include "cel/cost.h"
#include "cel/evaluator.h"
#include "cel/parser.h"

namespace kubus::apiserver::cel {
namespace {

bool mentions(const Expr& expr, std::size_t slot) {
  if (expr.kind == Expr::Kind::kIdent && expr.slot == slot) return true;
  for (const auto& one : expr.args)
    if (mentions(*one, slot)) return true;
  return false;
}

bool takes(const Expr& expr, std::size_t slot, std::string_view field) {
  const bool select = expr.kind == Expr::Kind::kSelect || expr.kind == Expr::Kind::kHas;
  if (select && expr.name == field && expr.args[0]->kind == Expr::Kind::kIdent &&
      expr.args[0]->slot == slot)
    return true;
  for (const auto& one : expr.args)
    if (takes(*one, slot, field)) return true;
  return false;
}

}  // namespace

Program Program::compile(std::string_view text, const Declarations& declarations, bool binds) {
  Program out;
  std::vector<Fault> faults;
  auto root = parse(text, faults, binds);
  if (root && faults.empty()) out.type_ = check(*root, declarations, faults);
  if (root && faults.empty()) check_constants(*root, faults);
  if (!faults.empty()) {
    out.error_ = describe(text, faults);
    return out;
  }
  out.error_ = instantiation_error(*root);
  out.instantiation_failed_ = !out.error_.empty();
  if (out.error_.empty()) out.root_ = std::move(root);
  return out;
}

bool Program::uses(std::size_t variable) const { return root_ && mentions(*root_, variable); }

std::uint64_t Program::highest_cost(const Declarations& declarations) const {
  return estimate_cost(*root_, declarations).most;
}

bool Program::selects(std::size_t variable, std::string_view field) const {
  return root_ && takes(*root_, variable, field);
}

Outcome Program::run(std::span<const Value> variables, std::uint64_t limit) const {
  Evaluator evaluator(variables, limit);
  Outcome out;
  out.value = evaluator.evaluate(*root_);
  out.cost = evaluator.cost();
  out.over_limit = evaluator.stopped();
  if (out.over_limit) out.value = Value::error("operation cancelled: actual cost limit exceeded");
  return out;
}

}  // namespace kubus::apiserver::cel
