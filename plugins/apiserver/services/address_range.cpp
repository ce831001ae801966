#include "services/address_range.h"

#include <algorithm>

#include "services/any_free.h"

namespace kubus::apiserver {
namespace {

constexpr std::size_t kMostBits = 20;

// The last eight bytes, or all four, as a number.
std::uint64_t low_part(const IpAddress& address) {
  std::uint64_t number = 0;
  const std::size_t size = address.bits() / 8;
  for (auto i = size > 8 ? size - 8 : 0; i < size; ++i) number = number << 8 | address.bytes[i];
  return number;
}

bool is_last_of(const IpAddress& address, const IpNetwork& network) {
  for (auto bit = network.prefix; bit < address.bits(); ++bit)
    if ((address.bytes[bit / 8] & (0x80U >> (bit % 8))) == 0) return false;
  return true;
}

}  // namespace

AddressRange::AddressRange(const IpNetwork& network) : network_(network.masked()) {
  const auto bits = network_.address.bits() - network_.prefix;
  taken_.resize(std::size_t{1} << std::min(bits, kMostBits));
  taken_.front() = true;
  // The last one of a network of version 4 speaks to all.
  if (network_.address.family == 4 && bits <= kMostBits) taken_.back() = true;
}

bool AddressRange::contains(const IpAddress& address) const {
  if (!network_.contains(address) || address == network_.address) return false;
  return address.family == 6 || !is_last_of(address, network_);
}

IpAddress AddressRange::at(std::size_t index) const {
  auto address = network_.address;
  for (auto byte = address.bits() / 8; index > 0; index >>= 8)
    address.bytes[--byte] |= static_cast<unsigned char>(index);
  return address;
}

std::optional<std::size_t> AddressRange::index_of(const IpAddress& address) const {
  if (!contains(address)) return std::nullopt;
  const auto index = low_part(address) - low_part(network_.address);
  if (index >= taken_.size() || at(index) != address) return std::nullopt;
  return index;
}

void AddressRange::mark(const IpAddress& address, bool taken) {
  if (const auto index = index_of(address)) taken_[*index] = taken;
}

std::optional<IpAddress> AddressRange::any_free() const {
  // The low end is left to those who ask for an address by name, while there is another.
  const auto low = std::min(taken_.size(), std::clamp<std::size_t>(taken_.size() / 16, 16, 256));
  auto index = apiserver::any_free(taken_, low, taken_.size());
  if (!index) index = apiserver::any_free(taken_, 1, low);
  if (!index) return std::nullopt;
  return at(*index);
}

}  // namespace kubus::apiserver
