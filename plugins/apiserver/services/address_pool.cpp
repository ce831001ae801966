#include "services/address_pool.h"

#include <algorithm>
#include <iterator>

namespace kubus::apiserver {

void AddressPool::put_source(const std::string& name, Source source) {
  std::vector<Part> kept;
  for (const auto& network : source.networks) {
    // Ranges do not change: what is known of them stays.
    const auto known = std::find_if(parts_.begin(), parts_.end(), [&](const Part& part) {
      return part.source == name && part.range.network() == network.masked();
    });
    if (known != parts_.end()) {
      kept.push_back(std::move(*known));
      parts_.erase(known);
    } else {
      kept.push_back({name, 0, false, AddressRange(network)});
      for (const auto& [address, count] : holders_)
        kept.back().range.mark(*parse_ip(address), true);
    }
    kept.back().revision = source.revision;
    kept.back().ready = source.ready;
  }
  drop_source(name);
  std::move(kept.begin(), kept.end(), std::back_inserter(parts_));
}

void AddressPool::drop_source(const std::string& name) {
  std::erase_if(parts_, [&](const Part& part) { return part.source == name; });
}

void AddressPool::mark(const IpAddress& address, bool taken) {
  for (auto& part : parts_) part.range.mark(address, taken);
}

void AddressPool::hold(const IpAddress& address) {
  if (++holders_[address.text()] == 1) mark(address, true);
}

void AddressPool::drop(const IpAddress& address) {
  const auto found = holders_.find(address.text());
  if (found == holders_.end() || --found->second > 0) return;
  holders_.erase(found);
  mark(address, false);
}

bool AddressPool::contains(const IpAddress& address) const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [&](const Part& part) { return part.range.contains(address); });
}

std::optional<AddressPool::Offer> AddressPool::offer(const IpAddress& address) const {
  for (const auto& part : parts_)
    if (part.ready && part.range.contains(address))
      return Offer{address, part.source, part.revision};
  return std::nullopt;
}

std::optional<AddressPool::Offer> AddressPool::any_free(int family) const {
  for (const auto& part : parts_) {
    if (!part.ready || part.range.network().address.family != family) continue;
    if (const auto address = part.range.any_free())
      return Offer{*address, part.source, part.revision};
  }
  return std::nullopt;
}

}  // namespace kubus::apiserver
