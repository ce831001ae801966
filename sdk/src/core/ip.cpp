#include "kubus/ip.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace kubus {
namespace {

int domain(int family) { return family == 4 ? AF_INET : AF_INET6; }

}  // namespace

std::string IpAddress::text() const {
  char out[INET6_ADDRSTRLEN];
  const bool begins_empty =
      std::all_of(bytes.begin(), bytes.begin() + 12, [](auto byte) { return byte == 0; });
  const auto word = [&](std::size_t at) {
    return static_cast<unsigned>(bytes[at] << 8 | bytes[at + 1]);
  };
  // The C library would write these as if an IPv4 address stood in them.
  if (family == 6 && begins_empty && word(12) != 0) {
    std::snprintf(out, sizeof(out), "::%x:%x", word(12), word(14));
    return out;
  }
  return inet_ntop(domain(family), bytes.data(), out, sizeof(out));
}

bool IpNetwork::contains(const IpAddress& other) const {
  if (other.family != address.family) return false;
  for (std::size_t bit = 0; bit < prefix; ++bit) {
    const unsigned mask = 0x80U >> (bit % 8);
    if (((address.bytes[bit / 8] ^ other.bytes[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

IpNetwork IpNetwork::masked() const {
  auto out = *this;
  for (auto bit = prefix; bit < address.bits(); ++bit)
    out.address.bytes[bit / 8] &= static_cast<unsigned char>(~(0x80U >> (bit % 8)));
  return out;
}

std::string IpNetwork::text() const { return address.text() + "/" + std::to_string(prefix); }

std::optional<IpAddress> parse_ip(std::string_view text) {
  IpAddress out;
  const std::string ended(text);
  if (ended.find('\0') != std::string::npos) return std::nullopt;
  out.family = ended.find(':') == std::string::npos ? 4 : 6;
  if (inet_pton(domain(out.family), ended.c_str(), out.bytes.data()) != 1) return std::nullopt;
  return out;
}

std::optional<IpNetwork> parse_network(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = parse_ip(text.substr(0, slash));
  const auto digits = text.substr(slash + 1);
  if (!address || digits.empty() || (digits.size() > 1 && digits[0] == '0')) return std::nullopt;
  IpNetwork out{*address, 0};
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), out.prefix);
  if (error != std::errc() || end != digits.data() + digits.size() || out.prefix > address->bits())
    return std::nullopt;
  return out;
}

}  // namespace kubus
