#include "fairness/work.h"

#include <algorithm>
#include <charconv>

namespace kubus::apiserver::fairness {
namespace {

constexpr std::size_t kObjectsPerSeat = 100;

std::size_t limit_of(const Query& query) {
  const auto text = query.get("limit");
  std::size_t limit = 0;
  std::from_chars(text.data(), text.data() + text.size(), limit);
  return limit;
}

}  // namespace

int seats_of(const RequestInfo& info, const Query& query, ClusterCache& cache, int most) {
  const bool state = info.verb == "watch" && query.get("sendInitialEvents") == "true";
  if (!info.is_resource || (info.verb != "list" && !state) || !info.name.empty()) return 1;
  const auto* objects = cache.find(info.group, info.resource);
  if (!objects) return 1;
  auto count = objects->size();
  // A page is read and the place of the next one is looked for.
  if (const auto limit = limit_of(query); limit > 0) count = std::min(count, 2 * limit);
  const auto seats = (count + kObjectsPerSeat - 1) / kObjectsPerSeat;
  return static_cast<int>(std::clamp<std::size_t>(seats, 1, static_cast<std::size_t>(most)));
}

}  // namespace kubus::apiserver::fairness
