// The addresses that Services may have: all ranges of the cluster's ServiceCIDRs, and how many
// hold each address. One that nobody holds is free.
//
// Thread safety: none of its own; ServiceAllocator locks.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "services/address_range.h"

namespace kubus::apiserver {

class AddressPool {
 public:
  // A ServiceCIDR as it was read.
  struct Source {
    std::int64_t revision = 0;
    std::vector<IpNetwork> networks;
    bool ready = false;  // addresses may be taken from it
  };
  void put_source(const std::string& name, Source source);
  void drop_source(const std::string& name);

  // Whoever holds one lets go of it once.
  void hold(const IpAddress& address);
  void drop(const IpAddress& address);
  bool is_held(const IpAddress& address) const { return holders_.contains(address.text()); }

  // Whether a range has it, one that is not ready included.
  bool contains(const IpAddress& address) const;
  // An address, and the ServiceCIDR by which it may be had, at that revision.
  struct Offer {
    IpAddress address;
    std::string source;
    std::int64_t revision = 0;
  };
  // Nothing where no range that is ready has it, held or not.
  std::optional<Offer> offer(const IpAddress& address) const;
  // One that is free; nothing where all are held.
  std::optional<Offer> any_free(int family) const;

 private:
  struct Part {
    std::string source;  // its name
    std::int64_t revision = 0;
    bool ready = false;
    AddressRange range;
  };
  void mark(const IpAddress& address, bool taken);

  std::vector<Part> parts_;
  std::map<std::string, int> holders_;  // by address
};

}  // namespace kubus::apiserver
