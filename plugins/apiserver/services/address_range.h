// The addresses of one network that Services may have, and which of them are taken.
//
// Thread safety: none of its own; ServiceAllocator locks.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "kubus/ip.h"

namespace kubus::apiserver {

class AddressRange {
 public:
  // `network` is masked.
  explicit AddressRange(const IpNetwork& network);

  const IpNetwork& network() const { return network_; }
  // False for the network's own address and that of all its members as well: nobody has those.
  bool contains(const IpAddress& address) const;
  // The one of the kubernetes Service.
  IpAddress first() const { return at(1); }
  // Whether an address, if it is one of these, is taken.
  void mark(const IpAddress& address, bool taken);
  // Of the first 2^20; nothing when they are all taken.
  std::optional<IpAddress> any_free() const;

 private:
  std::optional<std::size_t> index_of(const IpAddress& address) const;
  IpAddress at(std::size_t index) const;

  IpNetwork network_;
  std::vector<bool> taken_;  // what nobody may have is taken from the start
};

}  // namespace kubus::apiserver
