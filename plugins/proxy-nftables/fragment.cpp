#include "fragment.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "affinity.h"

namespace kubus::proxy_nftables {
namespace {

// A way into a service port: an address and port of its own, or a node port.
struct Door {
  bool node = false;
  std::string address;  // empty for a node port
  std::uint16_t port = 0;
  bool external = false;
  bool local_policy = false;

  std::string key(const std::string& protocol) const {
    return (node ? "" : address + " . ") + protocol + " . " + std::to_string(port);
  }
};

class Builder {
 public:
  Builder(const Service& service, const TableOptions& options, const Fragment* previous)
      : service_(service), options_(options), previous_(previous) {}

  void add_port(const ServicePort& port, const std::vector<const EndpointSlice*>& slices);
  Fragment take() { return std::move(out_); }

 private:
  void open(const Door& door);
  void guard(const Door& door);
  std::string internal_verdict(const Door& door);
  std::string external_verdict(const Door& door);
  std::string lead_to(const Door& door, const std::vector<Target>& targets, bool wide);
  std::string with_masquerade(const std::string& chain);
  void place(const Door& door, const std::vector<Target>& targets, bool wide);
  void add(Container container, std::string key, std::string value = {}) {
    out_.elements[{container, std::move(key)}] = std::move(value);
  }

  const Service& service_;
  const TableOptions& options_;
  const Fragment* previous_;
  const ServicePort* port_ = nullptr;
  Backends backends_;
  Fragment out_;
};

void Builder::add_port(const ServicePort& port, const std::vector<const EndpointSlice*>& slices) {
  port_ = &port;
  backends_ = select_backends(port, options_.family, slices);
  const auto ours = [this](const std::string& a) { return family_of(a) == options_.family; };
  for (const auto& address : service_.cluster_ips) {
    if (!ours(address)) continue;
    add(Container::kClusterIps, address);
    open({false, address, port.port, false, service_.internal_local});
  }
  for (const auto& address : service_.external_ips)
    if (ours(address)) open({false, address, port.port, true, service_.external_local});
  for (const auto& address : service_.load_balancer_ips) {
    if (!ours(address)) continue;
    const Door door{false, address, port.port, true, service_.external_local};
    open(door);
    guard(door);
  }
  if (port.node_port != 0 &&
      std::any_of(service_.cluster_ips.begin(), service_.cluster_ips.end(), ours))
    open({true, {}, port.node_port, true, service_.external_local});
  if (out_.elements.empty()) return;
  for (const auto& address : backends_.hairpin) add(Container::kHairpin, address + " . " + address);
}

void Builder::open(const Door& door) {
  const std::string key = door.key(port_->protocol);
  if (backends_.all.empty() && backends_.local.empty()) {
    // Of ClusterIPs everything that is not translated is refused.
    if (door.external) add(door.node ? Container::kRefusedNodePorts : Container::kRefused, key);
    return;
  }
  const std::string verdict = door.external ? external_verdict(door) : internal_verdict(door);
  add(door.node ? Container::kNodePorts : Container::kServiceIps, key,
      verdict == "drop" ? verdict : "goto " + verdict);
  if (port_->protocol == "udp")
    for (const auto* list : {&backends_.all, &backends_.local})
      for (const auto& target : *list) out_.udp_flows.insert({door.address, door.port, target});
}

std::string Builder::internal_verdict(const Door& door) {
  return lead_to(door, door.local_policy ? backends_.local : backends_.all, false);
}

std::string Builder::external_verdict(const Door& door) {
  if (!door.local_policy) {
    const std::string next = lead_to(door, backends_.all, false);
    return next == "drop" ? next : with_masquerade(next);
  }
  const std::string local = lead_to(door, backends_.local, false);
  const std::string wide = lead_to(door, backends_.all, true);
  if (wide == "drop") return local;
  with_masquerade(wide);
  // Named after where it leads, hence shared by all ports with the same numbers of endpoints.
  const std::string name = "outside-" + local + "-" + wide;
  (service_.client_affinity ? out_.chains : out_.shared)[name] =
      outside_rules(options_, local, wide);
  return name;
}

// The chain that picks among `targets`, or "drop".
std::string Builder::lead_to(const Door& door, const std::vector<Target>& targets, bool wide) {
  if (targets.empty()) return "drop";
  if (service_.client_affinity)
    return add_affinity_chain(out_, options_, service_, *port_, targets,
                              &targets == &backends_.local ? "-local" : "");
  place(door, targets, wide);
  const Pick pick{port_->protocol, door.node, targets.size(), wide};
  const std::string name = pick_name(pick);
  out_.shared[name] = pick_rules(options_, pick);
  return name;
}

std::string Builder::with_masquerade(const std::string& chain) {
  const std::string name = masquerade_name(chain);
  (service_.client_affinity ? out_.chains : out_.shared)[name] = masquerade_rules(chain);
  return name;
}

void Builder::place(const Door& door, const std::vector<Target>& targets, bool wide) {
  const Container container = endpoints_of(door.node, port_->protocol);
  const std::string key = (door.node ? "" : door.address + " . ") + std::to_string(door.port);
  const ElementKey list{container, key + (wide ? " wide" : "")};
  std::vector<Target> before;
  if (previous_)
    if (const auto found = previous_->places.find(list); found != previous_->places.end())
      before = found->second;
  auto& order = out_.places[list] = keep_places(before, targets);
  for (std::size_t i = 0; i < order.size(); ++i)
    add(container, key + " . " + std::to_string(i + (wide ? kWideOffset : 0)), order[i].value());
}

void Builder::guard(const Door& door) {
  std::vector<std::string> ranges;
  for (const auto& range : disjoint_ranges(service_.source_ranges))
    if (family_of(range) == options_.family) ranges.push_back(range);
  if (service_.source_ranges.empty()) return;
  const std::string key = door.key(port_->protocol);
  for (const auto& range : ranges) {
    if (range.ends_with("/0")) return;
    add(Container::kAllowedSources, key + " . " + range);
  }
  add(Container::kGuarded, key);
}

struct Range {
  std::array<unsigned char, 16> bits{};
  int length = 0;
  bool six = false;

  bool contains(const Range& other) const {
    if (six != other.six || length > other.length) return false;
    for (int i = 0; i < length; ++i) {
      const int mask = 0x80 >> (i % 8);
      if ((bits[i / 8] & mask) != (other.bits[i / 8] & mask)) return false;
    }
    return true;
  }
};

bool read_range(const std::string& text, Range& out) {
  const auto slash = text.find('/');
  out.six = family_of(text) == Family::kIpv6;
  out.length = out.six ? 128 : 32;
  const std::string base = text.substr(0, slash);
  if (inet_pton(out.six ? AF_INET6 : AF_INET, base.c_str(), out.bits.data()) != 1) return false;
  if (slash == std::string::npos) return true;
  const char* end = text.data() + text.size();
  const int most = out.length;
  const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, out.length);
  return error == std::errc() && stop == end && out.length >= 0 && out.length <= most;
}

}  // namespace

std::vector<std::string> disjoint_ranges(const std::vector<std::string>& texts) {
  std::vector<std::pair<Range, std::string>> ranges;
  for (const auto& text : texts)
    if (Range range; read_range(text, range)) ranges.emplace_back(range, text);
  std::stable_sort(ranges.begin(), ranges.end(),
                   [](const auto& a, const auto& b) { return a.first.length < b.first.length; });
  std::vector<std::string> out;
  std::vector<Range> kept;
  for (const auto& [range, text] : ranges) {
    if (std::any_of(kept.begin(), kept.end(),
                    [&range = range](const Range& k) { return k.contains(range); }))
      continue;
    kept.push_back(range);
    out.push_back(text);
  }
  return out;
}

Fragment build_fragment(const Service& service, const std::vector<const EndpointSlice*>& slices,
                        const TableOptions& options, const Fragment* previous) {
  Builder builder(service, options, previous);
  for (const auto& port : service.ports) builder.add_port(port, slices);
  return builder.take();
}

}  // namespace kubus::proxy_nftables
