// Fragment: what one service contributes to the table of one address family, as data. Comparing two
// fragments gives the change to program.
//
// Thread safety: values and pure functions.
#pragma once

#include <compare>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "backends.h"
#include "layout.h"
#include "model.h"

namespace kubus::proxy_nftables {

struct ElementKey {
  Container container;
  std::string key;
  auto operator<=>(const ElementKey&) const = default;
};

// A way on which UDP datagrams may travel: the kernel remembers it beyond the rules.
struct UdpFlow {
  std::string address;  // the service's; empty: any address of the node
  std::uint16_t port = 0;
  Target target;
  auto operator<=>(const UdpFlow&) const = default;
};

struct Fragment {
  std::map<ElementKey, std::string> elements;  // to the value; empty in sets
  std::map<std::string, std::string> chains;   // of the service alone: rules, one a line
  std::map<std::string, std::string> sets;     // of the service alone: definitions
  std::map<std::string, std::string> shared;   // chains that are the same for whoever uses them
  std::set<UdpFlow> udp_flows;
  // Order of the endpoints behind each way in, to be kept by the next fragment.
  std::map<ElementKey, std::vector<Target>> places;

  bool empty() const { return elements.empty() && chains.empty() && sets.empty(); }
};

// `previous` (may be null) is the service's last fragment: endpoints keep their places in it.
Fragment build_fragment(const Service& service, const std::vector<const EndpointSlice*>& slices,
                        const TableOptions& options, const Fragment* previous);

// Without those that lie in another one of them: sets of ranges must not overlap.
std::vector<std::string> disjoint_ranges(const std::vector<std::string>& ranges);

}  // namespace kubus::proxy_nftables
