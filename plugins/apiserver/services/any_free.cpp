#include "services/any_free.h"

#include <algorithm>
#include <random>

namespace kubus::apiserver {
namespace {

std::size_t random_below(std::size_t bound) {
  thread_local std::minstd_rand random{std::random_device{}()};
  return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
}

}  // namespace

std::optional<std::size_t> any_free(const std::vector<bool>& taken, std::size_t from,
                                    std::size_t to) {
  if (from >= to) return std::nullopt;
  const auto start = from + random_below(to - from);
  const auto at = [&](std::size_t i) { return taken.begin() + static_cast<std::ptrdiff_t>(i); };
  auto found = std::find(at(start), at(to), false);
  if (found == at(to)) {
    found = std::find(at(from), at(start), false);
    if (found == at(start)) return std::nullopt;
  }
  return static_cast<std::size_t>(found - taken.begin());
}

}  // namespace kubus::apiserver
