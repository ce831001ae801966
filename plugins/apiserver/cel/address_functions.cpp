// Addresses and networks of IP.
#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <cstring>
#include <optional>

#include "cel/functions.h"

namespace kubus::apiserver::cel {
namespace {

struct Address {
  int family = 4;
  std::array<unsigned char, 16> bytes{};

  std::size_t bits() const { return family == 4 ? 32 : 128; }
  friend bool operator==(const Address&, const Address&) = default;
};

std::optional<Address> parse_address(std::string_view text) {
  Address out;
  const std::string zero_ended(text);
  if (zero_ended.find('%') != zero_ended.npos) return std::nullopt;
  out.family = zero_ended.find(':') == zero_ended.npos ? 4 : 6;
  const int family = out.family == 4 ? AF_INET : AF_INET6;
  if (inet_pton(family, zero_ended.c_str(), out.bytes.data()) != 1) return std::nullopt;
  // An IPv4 address in IPv6's clothes is neither.
  static constexpr unsigned char kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (out.family == 6 && std::memcmp(out.bytes.data(), kMapped, sizeof(kMapped)) == 0)
    return std::nullopt;
  return out;
}

std::string text_of_address(const Address& address) {
  char buffer[INET6_ADDRSTRLEN];
  inet_ntop(address.family == 4 ? AF_INET : AF_INET6, address.bytes.data(), buffer, sizeof(buffer));
  return buffer;
}

struct AddressOpaque final : Opaque {
  explicit AddressOpaque(Address address) : address(address) {}
  std::string_view type_name() const override { return "net.IP"; }
  bool equals(const Opaque& other) const override {
    return address == static_cast<const AddressOpaque&>(other).address;
  }
  const Address address;
};

struct Network {
  Address address;
  std::size_t prefix = 0;

  bool holds(const Address& other) const {
    if (other.family != address.family) return false;
    for (std::size_t bit = 0; bit < prefix; ++bit) {
      const auto mask = 0x80u >> (bit % 8);
      if ((other.bytes[bit / 8] & mask) != (address.bytes[bit / 8] & mask)) return false;
    }
    return true;
  }
  Network masked() const {
    auto out = *this;
    for (auto bit = prefix; bit < address.bits(); ++bit)
      out.address.bytes[bit / 8] &= static_cast<unsigned char>(~(0x80u >> (bit % 8)));
    return out;
  }
  friend bool operator==(const Network&, const Network&) = default;
};

std::optional<Network> parse_network(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == text.npos) return std::nullopt;
  const auto address = parse_address(text.substr(0, slash));
  const auto digits = text.substr(slash + 1);
  Network out;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), out.prefix);
  const bool padded = digits.size() > 1 && digits[0] == '0';
  if (!address || digits.empty() || padded || end.ec != std::errc() ||
      end.ptr != digits.data() + digits.size() || out.prefix > address->bits())
    return std::nullopt;
  out.address = *address;
  return out;
}

struct NetworkOpaque final : Opaque {
  explicit NetworkOpaque(Network network) : network(network) {}
  std::string_view type_name() const override { return "net.CIDR"; }
  bool equals(const Opaque& other) const override {
    return network == static_cast<const NetworkOpaque&>(other).network;
  }
  const Network network;
};

const Address& address_in(const Value& value) {
  return static_cast<const AddressOpaque&>(value.as_opaque()).address;
}
const Network& network_in(const Value& value) {
  return static_cast<const NetworkOpaque&>(value.as_opaque()).network;
}
Value wrap(const Address& address) {
  return Value::opaque(std::make_shared<AddressOpaque>(address));
}
Value wrap(const Network& network) {
  return Value::opaque(std::make_shared<NetworkOpaque>(network));
}

Value bad_address(const Value& text) {
  return Value::error("IP Address \"" + std::string(text.as_text()) +
                      "\" parse error during conversion from string");
}
Value bad_network(const Value& text) {
  return Value::error("network address parse error during conversion from string: " +
                      std::string(text.as_text()));
}

Value ip(Args a) {
  const auto address = parse_address(a[0].as_text());
  return address ? wrap(*address) : bad_address(a[0]);
}
Value is_canonical(Args a) {
  const auto address = parse_address(a[0].as_text());
  return address ? Value::of(text_of_address(*address) == a[0].as_text()) : bad_address(a[0]);
}
Value cidr(Args a) {
  const auto network = parse_network(a[0].as_text());
  return network ? wrap(*network) : bad_network(a[0]);
}

bool starts(const Address& address, unsigned char first, unsigned char second, unsigned mask) {
  return address.bytes[0] == first && (address.bytes[1] & mask) == second;
}
bool is_loopback(const Address& address) {
  if (address.family == 4) return address.bytes[0] == 127;
  static const auto one = *parse_address("::1");
  return address == one;
}
bool is_unspecified(const Address& address) {
  return address.bytes == std::array<unsigned char, 16>{};
}
bool is_link_local_multicast(const Address& address) {
  if (address.family == 6) return starts(address, 0xFF, 0x02, 0x0F);
  return address.bytes[0] == 224 && address.bytes[1] == 0 && address.bytes[2] == 0;
}
bool is_link_local_unicast(const Address& address) {
  return address.family == 4 ? starts(address, 169, 254, 0xFF) : starts(address, 0xFE, 0x80, 0xC0);
}
bool is_multicast(const Address& address) {
  return address.family == 4 ? (address.bytes[0] & 0xF0) == 0xE0 : address.bytes[0] == 0xFF;
}
bool is_global_unicast(const Address& address) {
  static const auto broadcast = *parse_address("255.255.255.255");
  return address != broadcast && !is_unspecified(address) && !is_loopback(address) &&
         !is_multicast(address) && !is_link_local_unicast(address);
}
template <bool (*Test)(const Address&)>
Value tested(Args a) {
  return Value::of(Test(address_in(a[0])));
}

Value holds_address(Args a) {
  if (a[1].kind() == Kind::kOpaque) return Value::of(network_in(a[0]).holds(address_in(a[1])));
  const auto address = parse_address(a[1].as_text());
  return address ? Value::of(network_in(a[0]).holds(*address)) : bad_address(a[1]);
}
bool within(const Network& outer, const Network& inner) {
  return inner.prefix >= outer.prefix && outer.holds(inner.address);
}
Value holds_network(Args a) {
  if (a[1].kind() == Kind::kOpaque) return Value::of(within(network_in(a[0]), network_in(a[1])));
  const auto network = parse_network(a[1].as_text());
  return network ? Value::of(within(network_in(a[0]), *network)) : bad_network(a[1]);
}
Value network_text(Args a) {
  const auto& network = network_in(a[0]);
  return Value::text(text_of_address(network.address) + "/" + std::to_string(network.prefix));
}

constexpr Signature kAddresses[] = {
    {"ip(string) net.IP", ip, walk_first},
    {"isIP(string) bool",
     [](Args a) { return Value::of(parse_address(a[0].as_text()).has_value()); }, walk_first},
    {"ip.isCanonical(string) bool", is_canonical, walk_first},
    {"[net.IP] family() int",
     [](Args a) { return Value::of(std::int64_t(address_in(a[0]).family)); }},
    {"[net.IP] isUnspecified() bool", tested<is_unspecified>},
    {"[net.IP] isLoopback() bool", tested<is_loopback>},
    {"[net.IP] isLinkLocalMulticast() bool", tested<is_link_local_multicast>},
    {"[net.IP] isLinkLocalUnicast() bool", tested<is_link_local_unicast>},
    {"[net.IP] isGlobalUnicast() bool", tested<is_global_unicast>},
    {"string(net.IP) string",
     [](Args a) { return Value::text(text_of_address(address_in(a[0]))); }},
    {"cidr(string) net.CIDR", cidr, walk_first},
    {"isCIDR(string) bool",
     [](Args a) { return Value::of(parse_network(a[0].as_text()).has_value()); }, walk_first},
    {"[net.CIDR] containsIP(net.IP) bool", holds_address},
    {"[net.CIDR] containsIP(string) bool", holds_address},
    {"[net.CIDR] containsCIDR(net.CIDR) bool", holds_network},
    {"[net.CIDR] containsCIDR(string) bool", holds_network},
    {"[net.CIDR] ip() net.IP", [](Args a) { return wrap(network_in(a[0]).address); }},
    {"[net.CIDR] masked() net.CIDR", [](Args a) { return wrap(network_in(a[0]).masked()); }},
    {"[net.CIDR] prefixLength() int",
     [](Args a) { return Value::of(static_cast<std::int64_t>(network_in(a[0]).prefix)); }},
    {"string(net.CIDR) string", network_text},
};

}  // namespace

std::span<const Signature> address_functions() { return kAddresses; }

}  // namespace kubus::apiserver::cel
