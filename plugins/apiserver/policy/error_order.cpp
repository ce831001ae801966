#include "policy/error_order.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

namespace kubus::apiserver::policy {
namespace {

// What the parts of a path count for, from left to right.
using Rank = std::array<int, 4>;

// Takes "name" or "name[7]" off the front of a path.
std::pair<std::string_view, int> take_step(std::string_view& path) {
  const auto dot = path.find('.');
  auto name = path.substr(0, dot);
  path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  int index = -1;
  if (const auto bracket = name.find('['); bracket != std::string_view::npos) {
    std::from_chars(name.data() + bracket + 1, name.data() + name.size(), index);
    name = name.substr(0, bracket);
  }
  return {name, index};
}

template <std::size_t kSize>
int place_among(const std::array<std::string_view, kSize>& names, std::string_view name) {
  return static_cast<int>(std::find(names.begin(), names.end(), name) - names.begin());
}

// Sections of a policy with expressions; what comes before them has no place of its own.
constexpr std::array<std::string_view, 4> kSections = {"matchConditions", "variables",
                                                       "validations", "auditAnnotations"};

int place_in(std::string_view section, std::string_view member) {
  if (section == "matchConditions")
    return place_among<2>({"expression", "name"}, member);
  if (section == "variables") return place_among<2>({"name", "expression"}, member);
  if (section == "auditAnnotations") return place_among<2>({"key", "valueExpression"}, member);
  return place_among<4>({"expression", "messageExpression", "message", "reason"}, member);
}

Rank rank_of(const FieldError& error) {
  std::string_view path = error.path;
  const auto [root, hook] = take_step(path);
  const auto [section, index] = take_step(path);
  const bool repeats = error.type == FieldErrorType::kDuplicate;
  const auto member = take_step(path).first;
  constexpr int kLast = 9;
  if (root == "webhooks") {
    const bool behind = section == "admissionReviewVersions" || (section == "name" && repeats);
    if (section != "matchConditions") return {hook, behind ? kLast : 0, 0, 0};
    return {hook, 1, index, place_in(section, member)};
  }
  const int place = place_among(kSections, section);
  if (root != "spec" || place == static_cast<int>(kSections.size())) return {};
  // That two annotations have one key is found when all else of the second has been looked at.
  const bool behind = repeats && section == "auditAnnotations";
  return {0, place + 1, index, behind ? kLast : place_in(section, member)};
}

}  // namespace

ErrorList in_order(const ErrorList& errors) {
  std::vector<std::pair<Rank, const FieldError*>> ranked;
  ranked.reserve(errors.size());
  for (const FieldError& error : errors.errors()) ranked.emplace_back(rank_of(error), &error);
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  ErrorList out;
  for (const auto& [rank, error] : ranked) out.add(*error);
  return out;
}

}  // namespace kubus::apiserver::policy
