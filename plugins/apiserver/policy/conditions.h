// Match conditions: expressions that must hold before a policy or a webhook is asked.
//
// Thread safety: pure functions.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "cel/program.h"
#include "validation/field_error.h"

namespace kubus::apiserver::policy {

// What all conditions of one policy or webhook may cost for one request.
inline constexpr std::uint64_t kConditionsCost = 2'500'000;

struct ConditionAnswer {
  bool hold = true;
  // The first that could not be evaluated, when none says no; they do not hold then.
  std::optional<std::size_t> failed;
  cel::Value error;
};

// `run` evaluates the i-th of `count`, for no more than it is given. One that says no outweighs
// those that could not be asked.
template <class Run>
ConditionAnswer ask_conditions(std::size_t count, Run run) {
  ConditionAnswer answer;
  std::uint64_t left = kConditionsCost;
  for (std::size_t i = 0; i < count; ++i) {
    const cel::Outcome outcome = run(i, std::min(left, cel::kExpressionCost));
    left -= std::min(left, outcome.cost);
    if (outcome.value.kind() == cel::Kind::kBool) {
      if (!outcome.value.is_true()) return {false, std::nullopt, {}};
    } else if (!answer.failed) {
      answer.hold = false;
      answer.failed = i;
      answer.error =
          outcome.value.is_error() ? outcome.value : cel::Value::error("no such overload");
    }
  }
  return answer;
}

struct Condition {
  std::string expression;
  cel::Program program;  // over the variables of Request; what is wrong with it is in its error()
};
Condition compile_condition(const std::string& expression);
// The program alone; what is wrong with it is in `errors` as well.
cel::Program compile_condition(const std::string& expression, const Path& at, ErrorList& errors);

// "expression 'x' resulted in error: ..."
std::string evaluation_error(const std::string& expression, const cel::Value& error);

}  // namespace kubus::apiserver::policy
