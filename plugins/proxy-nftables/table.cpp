#include "table.h"

#include <algorithm>

#include "rule_text.h"

namespace kubus::proxy_nftables {

const Fragment* Table::fragment(const std::string& service) const {
  const auto found = fragments_.find(service);
  return found == fragments_.end() ? nullptr : &found->second;
}

void Table::stage(const std::string& service, Fragment next) {
  static const Fragment kNone;
  const Fragment* known = fragment(service);
  const Fragment& before = known ? *known : kNone;
  stage_elements(service, before, next);
  for (const auto& [name, rules] : next.shared) chains_.put(name, rules);
  for (const auto& [name, rules] : next.chains) chains_.put(name, rules);
  for (const auto& [name, definition] : next.sets) sets_.put(name, definition);
  for (const auto& [name, rules] : before.chains)
    if (!next.chains.contains(name)) chains_.erase(name);
  for (const auto& [name, definition] : before.sets)
    if (!next.sets.contains(name)) sets_.erase(name);
  for (const auto& flow : before.udp_flows)
    if (!next.udp_flows.contains(flow)) closed_flows_.insert(flow);
  for (const auto& flow : next.udp_flows) closed_flows_.erase(flow);
  if (next.empty())
    fragments_.erase(service);
  else
    fragments_.insert_or_assign(service, std::move(next));
}

void Table::stage_elements(const std::string& service, const Fragment& before,
                           const Fragment& after) {
  auto old = before.elements.begin();
  auto now = after.elements.begin();
  while (old != before.elements.end() || now != after.elements.end()) {
    const bool only_old =
        now == after.elements.end() || (old != before.elements.end() && old->first < now->first);
    const bool only_now = !only_old && (old == before.elements.end() || now->first < old->first);
    if (only_old) {
      unclaim(service, (old++)->first);
    } else if (only_now) {
      claim(service, now->first, now->second);
      ++now;
    } else {
      if (old->second != now->second) change_claim(service, now->first, now->second);
      ++old, ++now;
    }
  }
}

void Table::claim(const std::string& service, const ElementKey& key, const std::string& value) {
  if (elements_.contains(key))
    waiting_[key].emplace_back(service, value);
  else
    elements_.put(key, value);
}

void Table::change_claim(const std::string& service, const ElementKey& key,
                         const std::string& value) {
  if (const auto queue = waiting_.find(key); queue != waiting_.end())
    for (auto& [claimant, claimed] : queue->second)
      if (claimant == service) {
        claimed = value;
        return;
      }
  elements_.put(key, value);
}

void Table::unclaim(const std::string& service, const ElementKey& key) {
  const auto found = waiting_.find(key);
  if (found == waiting_.end()) return elements_.erase(key);
  auto& queue = found->second;
  const auto mine =
      std::find_if(queue.begin(), queue.end(), [&](const auto& c) { return c.first == service; });
  if (mine != queue.end()) {
    queue.erase(mine);
  } else {
    elements_.put(key, std::move(queue.front().second));
    queue.erase(queue.begin());
  }
  if (queue.empty()) waiting_.erase(found);
}

std::string Table::take_change() {
  const auto sets = sets_.take_changes();
  const auto chains = chains_.take_changes();
  const auto elements = elements_.take_changes();
  RuleText text(options_.family);
  for (const auto& change : sets)
    if (change.after) text.add_set(change.key, *change.after);
  for (const auto& change : chains)
    if (!change.before) text.add_chain(change.key);
  for (const auto& change : chains)
    if (change.before && change.after) text.flush_chain(change.key);
  for (const auto& change : chains)
    if (change.after) text.add_rules(change.key, *change.after);
  for (const auto& change : elements)
    if (change.before) text.delete_element(change.key);
  for (const auto& change : elements)
    if (change.after) text.add_element(change.key, *change.after);
  // First all their rules, as they may point at each other and at the sets.
  for (const auto& change : chains)
    if (!change.after) text.flush_chain(change.key);
  for (const auto& change : chains)
    if (!change.after) text.delete_chain(change.key);
  for (const auto& change : sets)
    if (!change.after) text.delete_set(change.key);
  return text.take();
}

std::string Table::full_text() const {
  RuleText text(options_.family);
  for (const auto& [name, definition] : sets_.now()) text.add_set(name, definition);
  for (const auto& [name, rules] : chains_.now()) text.add_chain(name);
  for (const auto& [name, rules] : chains_.now()) text.add_rules(name, rules);
  for (const auto& [key, value] : elements_.now()) text.add_element(key, value);
  return remove_text(options_.family) + base_text(options_) + text.take();
}

std::vector<UdpFlow> Table::take_closed_flows() {
  std::vector<UdpFlow> out(closed_flows_.begin(), closed_flows_.end());
  closed_flows_.clear();
  return out;
}

}  // namespace kubus::proxy_nftables
