#include "schema/rule_costs.h"

#include <algorithm>
#include <cstdio>

#include "cel/cost.h"

namespace kubus::apiserver {
namespace {

constexpr std::uint64_t kExpressionLimit = 10'000'000;
constexpr std::uint64_t kSchemaLimit = 100'000'000;
// How many are named where all together are too much, none of which has a smaller part in it than
// a hundredth.
constexpr std::size_t kNamed = 4;

std::string over(std::string_view what, std::uint64_t cost, std::uint64_t limit) {
  const double factor = static_cast<double>(cost) / static_cast<double>(limit);
  char text[64] = "more than 100x";
  if (factor <= 100)
    std::snprintf(text, sizeof text, factor < 1.5 ? "%fx" : "%.1fx", factor);
  return std::string(what) + " exceeds budget by factor of " + text +
         " (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where "
         "arrays, maps, and strings are declared)";
}

}  // namespace

void RuleCosts::add(const Path& at, const char* name, std::uint64_t cost) {
  if (limited_ && cost > kExpressionLimit)
    errors_.forbidden(at, over("estimated " + std::string(name) + " cost", cost, kExpressionLimit));
  total_ = cel::saturating_add(total_, cost);
  if (cost < kSchemaLimit / 100) return;
  const auto after = std::upper_bound(
      highest_.begin(), highest_.end(), cost,
      [](std::uint64_t value, const Cost& known) { return value > known.cost; });
  highest_.insert(after, {at, cost});
  if (highest_.size() > kNamed) highest_.pop_back();
}

void RuleCosts::finish(const Path& schema) {
  if (total_ <= kSchemaLimit) return;
  for (const auto& one : highest_)
    errors_.forbidden(one.at,
                      "contributed to estimated rule cost total exceeding cost limit for entire "
                      "OpenAPIv3 schema");
  errors_.forbidden(
      schema, over("x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema",
                   total_, kSchemaLimit));
}

}  // namespace kubus::apiserver
