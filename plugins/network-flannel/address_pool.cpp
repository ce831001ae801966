#include "address_pool.h"

#include <algorithm>

namespace kubus::flannel {

// Not the base, not the gateway, not the broadcast address.
bool AddressPool::usable(Ipv4 address) const {
  return range_.contains(address) && address.value > range_.gateway().value &&
         address < range_.last();
}

std::size_t AddressPool::capacity() const {
  const std::uint64_t size = std::uint64_t{range_.last().value} - range_.base.value + 1;
  return size > 3 ? size - 3 : 0;
}

std::optional<Ipv4> AddressPool::next() {
  for (; range_.base.value + fresh_ < range_.last().value; ++fresh_) {
    const Ipv4 candidate{static_cast<std::uint32_t>(range_.base.value + fresh_)};
    if (!by_address_.contains(candidate.value) && !free_index_.contains(candidate.value))
      return candidate;
  }
  const auto found = std::find_if(free_.begin(), free_.end(), [this](Ipv4 a) { return usable(a); });
  if (found == free_.end()) return std::nullopt;
  return *found;
}

void AddressPool::take(Lease lease) {
  drop_free(lease.address);
  by_sandbox_[lease.sandbox] = lease.address.value;
  by_address_[lease.address.value] = std::move(lease);
}

void AddressPool::release(Ipv4 address) {
  const auto found = by_address_.find(address.value);
  if (found == by_address_.end()) return;
  by_sandbox_.erase(found->second.sandbox);
  by_address_.erase(found);
  push_free(address);
}

const Lease* AddressPool::find(const std::string& sandbox) const {
  const auto found = by_sandbox_.find(sandbox);
  return found == by_sandbox_.end() ? nullptr : &by_address_.at(found->second);
}

const Lease* AddressPool::holder(Ipv4 address) const {
  const auto found = by_address_.find(address.value);
  return found == by_address_.end() ? nullptr : &found->second;
}

std::vector<Lease> AddressPool::leases() const {
  std::vector<Lease> out;
  out.reserve(by_address_.size());
  for (const auto& [address, lease] : by_address_) out.push_back(lease);
  std::sort(out.begin(), out.end(),
            [](const Lease& a, const Lease& b) { return a.address < b.address; });
  return out;
}

void AddressPool::push_free(Ipv4 address) {
  drop_free(address);
  free_index_[address.value] = free_.insert(free_.end(), address);
}

void AddressPool::drop_free(Ipv4 address) {
  const auto found = free_index_.find(address.value);
  if (found == free_index_.end()) return;
  free_.erase(found->second);
  free_index_.erase(found);
}

}  // namespace kubus::flannel
