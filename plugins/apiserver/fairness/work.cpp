#include "fairness/work.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace kubus::apiserver::fairness {
namespace {

constexpr std::size_t kBytesPerSeat = 100'000;
constexpr std::size_t kWatchesPerSeat = 10;
// What telling ten watchers of a change takes a seat.
constexpr std::chrono::milliseconds kTelling{5};

std::size_t divide_up(std::size_t value, std::size_t by) { return (value + by - 1) / by; }

int bounded(std::size_t seats, int most) {
  return static_cast<int>(std::clamp<std::size_t>(seats, 1, static_cast<std::size_t>(most)));
}

Width of_list(const Query& query, const ResourceCache& objects, int most) {
  const auto [count, bytes] = objects.extent();
  if (count == 0) return {};
  auto read = count;
  if (const auto limit = limit_of(query); limit > 0) read = std::min(read, limit);
  Width width;
  width.seats = bounded(divide_up(bytes / count * read, kBytesPerSeat), most);
  return width;
}

// The work of telling them is the same, if fewer seats do it, for longer.
Width of_change(const RequestInfo& info, const ResourceCache& objects, int most) {
  const auto watchers = objects.watchers_of(info.ns, info.name);
  if (watchers < kWatchesPerSeat) return {};
  const auto seats = divide_up(watchers, kWatchesPerSeat);
  Width width;
  width.final_seats = bounded(seats, most);
  width.after = Duration(kTelling) * static_cast<Duration::rep>(seats) / width.final_seats;
  return width;
}

bool is_change(std::string_view verb) {
  static constexpr std::array<std::string_view, 4> kVerbs = {"create", "update", "patch", "delete"};
  return std::find(kVerbs.begin(), kVerbs.end(), verb) != kVerbs.end();
}

}  // namespace

std::size_t limit_of(const Query& query) {
  const auto text = query.get("limit");
  std::size_t limit = 0;
  std::from_chars(text.data(), text.data() + text.size(), limit);
  return limit;
}

Width width_of(const RequestInfo& info, const Query& query, ClusterCache& cache, int most) {
  if (!info.is_resource) return {};
  const bool change = is_change(info.verb);
  const bool state = info.verb == "watch" && query.flag("sendInitialEvents");
  const bool list = (info.verb == "list" || state) && info.name.empty();
  if (!change && !list) return {};
  // Nobody sees a token.
  if (info.subresource == "token" && info.resource == "serviceaccounts") return {};
  const auto objects = cache.find(info.group, info.resource);
  if (!objects) return {};
  return list ? of_list(query, *objects, most) : of_change(info, *objects, most);
}

}  // namespace kubus::apiserver::fairness
