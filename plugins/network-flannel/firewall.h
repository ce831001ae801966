// Firewall: the rules of the pod network, in a table of their own. No other table is touched.
//
// Thread safety: as Nft; the text functions are pure.
#pragma once

#include <string>
#include <vector>

#include "kubus/nft.h"
#include "lease.h"

namespace kubus::flannel {

inline constexpr const char* kTable = "kubus-flannel";

struct FirewallSettings {
  std::string bridge;
  Ipv4Range pods;
  // Destinations that see the pod's own address. `pods` is always among them.
  std::vector<Ipv4Range> cluster;
  bool masquerade = true;
};

// Replaces the whole table at one moment.
std::string table_text(const FirewallSettings& settings, const std::vector<Lease>& leases);
// Adds or takes away what one lease contributes; empty when it has no host ports.
std::string open_text(const Lease& lease);
std::string close_text(const Lease& lease);
// Removes the table, there or not.
std::string remove_table_text();

}  // namespace kubus::flannel
