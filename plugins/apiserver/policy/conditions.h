// Match conditions: expressions that must hold before a policy or a webhook is asked.
//
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "cel/program.h"
#include "validation/field_error.h"

namespace kubus::apiserver::policy {

struct ConditionAnswer {
  bool hold = true;
  // The first that could not be evaluated, when none says no; they do not hold then.
  std::optional<std::size_t> failed;
  cel::Value error;
};

// `run` evaluates the i-th of `count`. One that says no outweighs those that could not be asked.
template <class Run>
ConditionAnswer ask_conditions(std::size_t count, Run run) {
  ConditionAnswer answer;
  for (std::size_t i = 0; i < count; ++i) {
    const cel::Outcome outcome = run(i);
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

// Over the variables of Request. What is wrong with it is in its error().
cel::Program compile_condition(const std::string& expression);
// The same, and what is wrong with it is in `errors` as well.
cel::Program compile_condition(const std::string& expression, const Path& at, ErrorList& errors);

}  // namespace kubus::apiserver::policy
