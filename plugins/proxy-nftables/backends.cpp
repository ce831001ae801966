#include "backends.h"

#include <algorithm>
#include <iterator>
#include <map>

namespace kubus::proxy_nftables {
namespace {

using Found = std::map<Target, Endpoint>;

Found find_endpoints(const ServicePort& port, Family family,
                     const std::vector<const EndpointSlice*>& slices) {
  Found found;
  for (const EndpointSlice* slice : slices) {
    if (slice->family != family) continue;
    for (const auto& theirs : slice->ports) {
      if (theirs.name != port.name || theirs.protocol != port.protocol || theirs.port == 0)
        continue;
      for (const auto& endpoint : slice->endpoints) {
        // Twice the same while it moves from slice to slice: the better state counts.
        auto [at, fresh] = found.try_emplace({endpoint.address, theirs.port}, endpoint);
        if (!fresh && endpoint.ready) at->second = endpoint;
      }
    }
  }
  return found;
}

std::vector<Target> choose(const Found& found, bool only_local) {
  const auto pick = [&](auto&& good) {
    std::vector<Target> out;
    for (const auto& [target, endpoint] : found)
      if ((!only_local || endpoint.on_this_node) && good(endpoint)) out.push_back(target);
    return out;
  };
  auto ready = pick([](const Endpoint& e) { return e.ready; });
  if (!ready.empty()) return ready;
  return pick([](const Endpoint& e) { return e.serving && e.terminating; });
}

}  // namespace

Backends select_backends(const ServicePort& port, Family family,
                         const std::vector<const EndpointSlice*>& slices) {
  const Found found = find_endpoints(port, family, slices);
  Backends out;
  out.all = choose(found, false);
  out.local = choose(found, true);
  for (const auto& target : out.all) {
    const Endpoint& endpoint = found.at(target);
    if (endpoint.on_this_node || !endpoint.node_known) out.hairpin.push_back(target.address);
  }
  for (const auto& target : out.local)
    if (std::find(out.hairpin.begin(), out.hairpin.end(), target.address) == out.hairpin.end())
      out.hairpin.push_back(target.address);
  return out;
}

std::vector<Target> keep_places(const std::vector<Target>& previous,
                                const std::vector<Target>& wanted) {
  std::vector<Target> known = previous, fresh;
  std::sort(known.begin(), known.end());
  std::set_difference(wanted.begin(), wanted.end(), known.begin(), known.end(),
                      std::back_inserter(fresh));
  std::vector<Target> out = previous;
  // A place that falls free goes to a new one, else to the last.
  for (std::size_t i = 0; i < out.size();) {
    if (std::binary_search(wanted.begin(), wanted.end(), out[i])) {
      ++i;
    } else if (!fresh.empty()) {
      out[i++] = std::move(fresh.back());
      fresh.pop_back();
    } else {
      if (i + 1 != out.size()) out[i] = std::move(out.back());
      out.pop_back();
    }
  }
  out.insert(out.end(), fresh.begin(), fresh.end());
  return out;
}

}  // namespace kubus::proxy_nftables
