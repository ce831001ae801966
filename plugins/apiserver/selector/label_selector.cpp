#include "selector/label_selector.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace kubus::apiserver {
namespace {

std::optional<std::int64_t> to_integer(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool compare(const LabelRequirement& item, std::string_view value) {
  const auto left = to_integer(value);
  const auto right = item.values.size() == 1 ? to_integer(item.values[0]) : std::nullopt;
  if (!left || !right) return false;
  return item.op == LabelOperator::kGreaterThan ? *left > *right : *left < *right;
}

std::string_view operator_text(LabelOperator op) {
  switch (op) {
    case LabelOperator::kEquals:
      return "=";
    case LabelOperator::kDoubleEquals:
      return "==";
    case LabelOperator::kNotEquals:
      return "!=";
    case LabelOperator::kIn:
      return " in ";
    case LabelOperator::kNotIn:
      return " notin ";
    case LabelOperator::kGreaterThan:
      return ">";
    case LabelOperator::kLessThan:
      return "<";
    default:
      return "";
  }
}

}  // namespace

const std::string_view* find_label(LabelMap labels, std::string_view key) {
  const auto found = std::lower_bound(
      labels.begin(), labels.end(), key,
      [](const Label& label, std::string_view wanted) { return label.first < wanted; });
  return found != labels.end() && found->first == key ? &found->second : nullptr;
}

bool LabelRequirement::matches(LabelMap labels) const {
  const std::string_view* value = find_label(labels, key);
  const auto among = [&] {
    return std::any_of(values.begin(), values.end(),
                       [&](const std::string& wanted) { return wanted == *value; });
  };
  switch (op) {
    case LabelOperator::kEquals:
    case LabelOperator::kDoubleEquals:
    case LabelOperator::kIn:
      return value != nullptr && among();
    case LabelOperator::kNotEquals:
    case LabelOperator::kNotIn:
      return value == nullptr || !among();
    case LabelOperator::kExists:
      return value != nullptr;
    case LabelOperator::kDoesNotExist:
      return value == nullptr;
    case LabelOperator::kGreaterThan:
    case LabelOperator::kLessThan:
      return value != nullptr && compare(*this, *value);
  }
  return false;
}

LabelSelector LabelSelector::of(std::vector<LabelRequirement> requirements) {
  LabelSelector out;
  out.requirements_ = std::move(requirements);
  std::stable_sort(
      out.requirements_.begin(), out.requirements_.end(),
      [](const LabelRequirement& a, const LabelRequirement& b) { return a.key < b.key; });
  return out;
}

LabelSelector LabelSelector::nothing() {
  LabelSelector out;
  out.nothing_ = true;
  return out;
}

bool LabelSelector::matches(LabelMap labels) const {
  return !nothing_ &&
         std::all_of(requirements_.begin(), requirements_.end(),
                     [&](const LabelRequirement& item) { return item.matches(labels); });
}

std::string LabelSelector::to_string() const {
  std::string out;
  for (const LabelRequirement& item : requirements_) {
    if (!out.empty()) out += ',';
    if (item.op == LabelOperator::kDoesNotExist) out += '!';
    out.append(item.key).append(operator_text(item.op));
    const bool set = item.op == LabelOperator::kIn || item.op == LabelOperator::kNotIn;
    if (set) out += '(';
    for (std::size_t i = 0; i < item.values.size(); ++i) {
      if (i > 0) out += ',';
      out += item.values[i];
    }
    if (set) out += ')';
  }
  return out;
}

}  // namespace kubus::apiserver
