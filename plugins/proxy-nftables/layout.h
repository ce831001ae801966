// The fixed part of a proxy table: its name, its maps and sets, and the chains that hang in the
// kernel's hooks. What services add is in fragment.h.
//
// Thread safety: values and pure functions.
#pragma once

#include <string>
#include <vector>

#include "model.h"

namespace kubus::proxy_nftables {

inline constexpr const char* kTable = "kubus-proxy";
// The packet mark for "masquerade on the way out"; the reference uses the same bit.
inline constexpr const char* kMark = "0x4000";
// Places of cluster-wide endpoints of a port whose policy is Local; below are the local ones.
inline constexpr int kWideOffset = 1 << 20;

enum class Container {
  kServiceIps,    // address . protocol . port : verdict
  kNodePorts,     // protocol . port : verdict
  kTcpEndpoints,  // address . port . place : endpoint
  kUdpEndpoints,
  kSctpEndpoints,
  kTcpNodeEndpoints,  // node port . place : endpoint
  kUdpNodeEndpoints,
  kSctpNodeEndpoints,
  kClusterIps,        // address; what of it no service port translates is refused
  kRefused,           // address . protocol . port of a service without endpoints
  kRefusedNodePorts,  // protocol . port
  kHairpin,           // address . the same address, of endpoints that may call themselves
  kGuarded,           // address . protocol . port with a list of allowed sources
  kAllowedSources,    // address . protocol . port . range
};
const char* name_of(Container container);
// Where the endpoints of service addresses, or of node ports, stand.
Container endpoints_of(bool node, const std::string& protocol);

struct TableOptions {
  Family family = Family::kIpv4;
  // Where pods have their addresses. Others are masqueraded when they use a ClusterIP. May be
  // empty: then nobody is.
  std::vector<std::string> pod_ranges;
};

// "ip" or "ip6".
const char* family_word(Family family);
// "ip kubus-proxy".
std::string table_name(Family family);
// Removes the table, there or not.
std::string remove_text(Family family);
// The table with all its fixed parts, where none is.
std::string base_text(const TableOptions& options);

// Chains that are the same for whoever uses them; each function gives the rules, one a line.
struct Pick {
  std::string protocol;
  bool node = false;      // for node ports
  std::size_t count = 0;  // of places to choose from
  bool wide = false;      // the cluster-wide places of a port whose policy is Local
};
std::string pick_name(const Pick& pick);
std::string pick_rules(const TableOptions& options, const Pick& pick);
// masquerade, then pick.
std::string masquerade_name(const std::string& next);
std::string masquerade_rules(const std::string& next);
// The way in from outside under policy Local: `local` for strangers ("drop" or a chain), `wide` for
// what comes from the cluster itself.
std::string outside_rules(const TableOptions& options, const std::string& local,
                          const std::string& wide);

}  // namespace kubus::proxy_nftables
