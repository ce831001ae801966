#include "ipv4.h"

#include <arpa/inet.h>

#include <charconv>

namespace kubus::flannel {

std::string Ipv4::str() const {
  char text[INET_ADDRSTRLEN];
  const in_addr raw{network_order()};
  return inet_ntop(AF_INET, &raw, text, sizeof text);
}

std::uint32_t Ipv4::network_order() const { return htonl(value); }

std::optional<Ipv4> Ipv4::parse(std::string_view text) {
  in_addr raw{};
  if (inet_pton(AF_INET, std::string(text).c_str(), &raw) != 1) return std::nullopt;
  return Ipv4{ntohl(raw.s_addr)};
}

namespace {
std::uint32_t host_mask(int bits) {
  return bits == 0 ? ~std::uint32_t{0}
                   : static_cast<std::uint32_t>((std::uint64_t{1} << (32 - bits)) - 1);
}
}  // namespace

std::string Ipv4Range::str() const { return base.str() + "/" + std::to_string(bits); }

bool Ipv4Range::contains(Ipv4 address) const {
  return (address.value & ~host_mask(bits)) == base.value;
}

Ipv4 Ipv4Range::last() const { return {base.value | host_mask(bits)}; }

Result<Ipv4Range> Ipv4Range::parse(std::string_view text) {
  const auto refuse = [&](const char* why) {
    return Status(Code::kInvalid, "\"" + std::string(text) + "\": " + why);
  };
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return refuse("not a range like 10.244.0.0/24");
  if (text.find(':') != std::string_view::npos) return refuse("IPv6 ranges are not supported");
  const auto base = Ipv4::parse(text.substr(0, slash));
  if (!base) return refuse("not an IPv4 range");
  int bits = -1;
  const auto digits = text.substr(slash + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (error != std::errc() || end != digits.data() + digits.size() || bits < 0 || bits > 32)
    return refuse("the prefix length must be 0 to 32");
  if (base->value & host_mask(bits)) return refuse("bits are set after the prefix");
  return Ipv4Range{*base, bits};
}

}  // namespace kubus::flannel
