#include "server/inflight.h"

#include <algorithm>
#include <array>

namespace kubus::apiserver {

bool is_long_running(const RequestInfo& info) {
  static constexpr std::array<std::string_view, 5> kSubresources = {"attach", "exec", "log",
                                                                    "portforward", "proxy"};
  return info.verb == "watch" || std::find(kSubresources.begin(), kSubresources.end(),
                                           info.subresource) != kSubresources.end();
}

std::optional<InflightLimit::Slot> InflightLimit::admit(const RequestInfo& info,
                                                        const Identity& identity) {
  if (is_long_running(info)) return Slot();
  const auto& under = info.verb == "get" || info.verb == "list" ? reads_ : writes_;
  if (under->limit == 0) return Slot();
  if (under->under_way.fetch_add(1) >= under->limit && !identity.in_group("system:masters")) {
    --under->under_way;
    return std::nullopt;
  }
  return Slot(under.get(), [under](Class* counted) { --counted->under_way; });
}

}  // namespace kubus::apiserver
