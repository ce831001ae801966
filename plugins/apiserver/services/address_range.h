// The addresses of a service range, and which of them are taken.
//
// Thread safety: none of its own; ServiceAllocator locks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/status.h"

namespace kubus::apiserver {

class AddressRange {
 public:
  // kBadRequest unless `cidr` is an IPv4 network of 4 to 2^20 addresses.
  static Result<AddressRange> parse(const std::string& cidr);

  const std::string& cidr() const { return cidr_; }
  // The one of the kubernetes Service.
  std::string first() const;
  enum class Take { kTaken, kAlreadyTaken, kOutside };
  Take take(std::string_view address);
  // Any free one; nothing when the range is full.
  std::optional<std::string> take_any();
  void release(std::string_view address);
  std::size_t free() const { return free_; }

 private:
  std::optional<std::size_t> index_of(std::string_view address) const;
  std::string address_at(std::size_t index) const;

  std::string cidr_;
  std::uint32_t base_ = 0;
  std::vector<bool> taken_;  // neither the first (network) nor the last (broadcast) is ever free
  std::size_t free_ = 0;
};

// Ports, in the same way.
class PortRange {
 public:
  PortRange(std::uint16_t first, std::uint16_t last);
  std::string text() const;
  enum class Take { kTaken, kAlreadyTaken, kOutside };
  Take take(int port);
  std::optional<int> take_any();
  void release(int port);

 private:
  int first_;
  std::vector<bool> taken_;
};

}  // namespace kubus::apiserver
