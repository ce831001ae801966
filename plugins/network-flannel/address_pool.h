// AddressPool: decides which address the next sandbox gets. Addresses that were never used go
// first, then the one released longest ago, so that peers forget an address before it comes back.
//
// Thread safety: none; the owner serialises.
#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "lease.h"

namespace kubus::flannel {

class AddressPool {
 public:
  explicit AddressPool(Ipv4Range range) : range_(range) {}

  // The address the next lease should have; none when all are held. Nothing changes until take().
  std::optional<Ipv4> next();
  // Records a lease, also one outside the range (left over from another configuration).
  void take(Lease lease);
  // Frees the address; it becomes the last in the order of reuse. Unknown ones are ignored.
  void release(Ipv4 address);
  // Marks an address as used once and free now.
  void remember_free(Ipv4 address) { push_free(address); }

  const Lease* find(const std::string& sandbox) const;
  const Lease* holder(Ipv4 address) const;
  std::vector<Lease> leases() const;
  // Free addresses that were used before, least recently released first.
  const std::list<Ipv4>& reusable() const { return free_; }
  std::size_t held() const { return by_address_.size(); }
  // How many addresses the range has for sandboxes.
  std::size_t capacity() const;

 private:
  void push_free(Ipv4 address);
  void drop_free(Ipv4 address);
  bool usable(Ipv4 address) const;

  Ipv4Range range_;
  std::uint64_t fresh_ = 2;  // offset of the first address that may never have been used
  std::unordered_map<std::uint32_t, Lease> by_address_;
  std::unordered_map<std::string, std::uint32_t> by_sandbox_;
  std::list<Ipv4> free_;
  std::unordered_map<std::uint32_t, std::list<Ipv4>::iterator> free_index_;
};

}  // namespace kubus::flannel
