#include <k8s/meta/v1/label_selector.pb.h>

#include <algorithm>

#include "kubus/workload.h"

namespace kubus {

bool LabelMatcher::Requirement::accepts(const std::string* value) const {
  const bool listed = value && std::find(values.begin(), values.end(), *value) != values.end();
  switch (op) {
    case Operator::kIn:
      return listed;
    case Operator::kNotIn:
      return !listed;
    case Operator::kExists:
      return value != nullptr;
    case Operator::kDoesNotExist:
      return value == nullptr;
  }
  return false;
}

Result<LabelMatcher> LabelMatcher::make(const meta_v1::LabelSelector& selector) {
  LabelMatcher matcher;
  for (const auto& [key, value] : selector.matchlabels())
    matcher.requirements_.push_back({key, Operator::kIn, {value}});
  for (const auto& expression : selector.matchexpressions()) {
    Requirement requirement;
    requirement.key = expression.key();
    requirement.values.assign(expression.values().begin(), expression.values().end());
    const std::string& op = expression.operator_();
    if (op == "In")
      requirement.op = Operator::kIn;
    else if (op == "NotIn")
      requirement.op = Operator::kNotIn;
    else if (op == "Exists")
      requirement.op = Operator::kExists;
    else if (op == "DoesNotExist")
      requirement.op = Operator::kDoesNotExist;
    else
      return Status(Code::kInvalid, "\"" + op + "\" is not a valid label selector operator");
    const bool needs_values = requirement.op == Operator::kIn || requirement.op == Operator::kNotIn;
    if (needs_values == requirement.values.empty())
      return Status(Code::kInvalid, "label selector on \"" + requirement.key + "\": operator " +
                                        op + (needs_values ? " needs values" : " takes no values"));
    matcher.requirements_.push_back(std::move(requirement));
  }
  return matcher;
}

LabelMatcher LabelMatcher::from_map(const std::map<std::string, std::string>& labels) {
  LabelMatcher matcher;
  for (const auto& [key, value] : labels)
    matcher.requirements_.push_back({key, Operator::kIn, {value}});
  return matcher;
}

}  // namespace kubus
