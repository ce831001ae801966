// Table: all fragments of one address family, and the rule text that brings the kernel from the
// last state to the present one.
//
// Thread safety: none; the owner serialises.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "fragment.h"
#include "tracked.h"

namespace kubus::proxy_nftables {

class Table {
 public:
  explicit Table(TableOptions options) : options_(std::move(options)) {}

  const TableOptions& options() const { return options_; }
  // The service's present fragment; null when it has none.
  const Fragment* fragment(const std::string& service) const;
  // Replaces it. An empty one takes the service out. When two services claim the same address and
  // port, the first keeps it until it lets go.
  void stage(const std::string& service, Fragment fragment);

  bool has_set(const std::string& name) const { return sets_.contains(name); }
  // True when some service has session affinity.
  bool has_client_sets() const { return !sets_.now().empty(); }
  bool empty() const { return fragments_.empty(); }
  // One transaction from the state of the last take to the present one; empty when equal.
  std::string take_change();
  // One transaction that replaces the table, whatever is there, by the present state.
  std::string full_text() const;
  // Ways of UDP datagrams that were closed since the last call.
  std::vector<UdpFlow> take_closed_flows();

 private:
  using Elements = Tracked<ElementKey, std::string>;
  void claim(const std::string& service, const ElementKey& key, const std::string& value);
  void change_claim(const std::string& service, const ElementKey& key, const std::string& value);
  void unclaim(const std::string& service, const ElementKey& key);
  void stage_elements(const std::string& service, const Fragment& before, const Fragment& after);

  TableOptions options_;
  std::unordered_map<std::string, Fragment> fragments_;
  Elements elements_;
  Tracked<std::string, std::string> chains_;  // shared ones too, which stay
  Tracked<std::string, std::string> sets_;
  // Claims on elements that another service holds, in the order they were made.
  std::map<ElementKey, std::vector<std::pair<std::string, std::string>>> waiting_;
  std::set<UdpFlow> closed_flows_;
};

}  // namespace kubus::proxy_nftables
