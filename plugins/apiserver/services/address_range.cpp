#include "services/address_range.h"

#include <arpa/inet.h>

#include <algorithm>
#include <random>

namespace kubus::apiserver {
namespace {

std::size_t random_below(std::size_t bound) {
  std::random_device random;
  return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
}

// The first free one at or behind a random place, wrapping around.
std::optional<std::size_t> any_free(const std::vector<bool>& taken, std::size_t from,
                                    std::size_t to) {
  if (from >= to) return std::nullopt;
  const auto start = from + random_below(to - from);
  const auto at = [&](std::size_t i) { return taken.begin() + static_cast<std::ptrdiff_t>(i); };
  auto found = std::find(at(start), at(to), false);
  if (found == at(to)) {
    found = std::find(at(from), at(start), false);
    if (found == at(start)) return std::nullopt;
  }
  return static_cast<std::size_t>(found - taken.begin());
}

}  // namespace

Result<AddressRange> AddressRange::parse(const std::string& cidr) {
  const auto slash = cidr.find('/');
  in_addr address{};
  const auto bad = Status(Code::kBadRequest, "service_cidr: \"" + cidr +
                                                 "\" is not an IPv4 network such as 10.96.0.0/12");
  if (slash == std::string::npos ||
      ::inet_pton(AF_INET, cidr.substr(0, slash).c_str(), &address) != 1)
    return bad;
  const int bits = std::atoi(cidr.c_str() + slash + 1);
  if (bits < 8 || bits > 30) return bad;
  const std::uint32_t mask = ~std::uint32_t{0} << (32 - bits);
  AddressRange range;
  range.cidr_ = cidr;
  range.base_ = ntohl(address.s_addr) & mask;
  constexpr std::size_t kMost = 1U << 20;
  range.taken_.resize(std::min<std::size_t>(std::size_t{1} << (32 - bits), kMost));
  range.taken_.front() = range.taken_.back() = true;
  range.free_ = range.taken_.size() - 2;
  return range;
}

std::string AddressRange::address_at(std::size_t index) const {
  in_addr address{};
  address.s_addr = htonl(base_ + static_cast<std::uint32_t>(index));
  char text[INET_ADDRSTRLEN] = "";
  ::inet_ntop(AF_INET, &address, text, sizeof(text));
  return text;
}

std::optional<std::size_t> AddressRange::index_of(std::string_view text) const {
  in_addr address{};
  if (::inet_pton(AF_INET, std::string(text).c_str(), &address) != 1) return std::nullopt;
  const std::size_t index = ntohl(address.s_addr) - base_;
  if (ntohl(address.s_addr) < base_ || index == 0 || index + 1 >= taken_.size())
    return std::nullopt;
  return index;
}

std::string AddressRange::first() const { return address_at(1); }

AddressRange::Take AddressRange::take(std::string_view address) {
  const auto index = index_of(address);
  if (!index) return Take::kOutside;
  if (taken_[*index]) return Take::kAlreadyTaken;
  taken_[*index] = true;
  --free_;
  return Take::kTaken;
}

std::optional<std::string> AddressRange::take_any() {
  // The low end is left to those who ask for an address by name, while there is another.
  const auto low = std::min(taken_.size(), std::clamp<std::size_t>(taken_.size() / 16, 16, 256));
  auto index = any_free(taken_, low, taken_.size());
  if (!index) index = any_free(taken_, 1, low);
  if (!index) return std::nullopt;
  taken_[*index] = true;
  --free_;
  return address_at(*index);
}

void AddressRange::release(std::string_view address) {
  const auto index = index_of(address);
  if (!index || !taken_[*index]) return;
  taken_[*index] = false;
  ++free_;
}

PortRange::PortRange(std::uint16_t first, std::uint16_t last)
    : first_(first), taken_(static_cast<std::size_t>(last - first) + 1) {}

std::string PortRange::text() const {
  return std::to_string(first_) + "-" +
         std::to_string(first_ + static_cast<int>(taken_.size()) - 1);
}

PortRange::Take PortRange::take(int port) {
  const auto index = static_cast<std::size_t>(port - first_);
  if (port < first_ || index >= taken_.size()) return Take::kOutside;
  if (taken_[index]) return Take::kAlreadyTaken;
  taken_[index] = true;
  return Take::kTaken;
}

std::optional<int> PortRange::take_any() {
  const auto index = any_free(taken_, 0, taken_.size());
  if (!index) return std::nullopt;
  taken_[*index] = true;
  return first_ + static_cast<int>(*index);
}

void PortRange::release(int port) {
  const auto index = static_cast<std::size_t>(port - first_);
  if (port >= first_ && index < taken_.size()) taken_[index] = false;
}

}  // namespace kubus::apiserver
