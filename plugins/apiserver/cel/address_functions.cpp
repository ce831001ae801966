// Addresses and networks of IP.
#include <array>
#include <optional>

#include "cel/functions.h"
#include "kubus/ip.h"

namespace kubus::apiserver::cel {
namespace {

using Address = IpAddress;
using Network = IpNetwork;

// An IPv4 address in IPv6's clothes is neither.
bool is_mapped(const Address& address) {
  static const auto mapped = *kubus::parse_network("::ffff:0:0/96");
  return mapped.contains(address);
}
std::optional<Address> parse_address(std::string_view text) {
  auto out = parse_ip(text);
  return out && !is_mapped(*out) ? out : std::nullopt;
}
std::optional<Network> parse_network(std::string_view text) {
  auto out = kubus::parse_network(text);
  return out && !is_mapped(out->address) ? out : std::nullopt;
}

struct AddressOpaque final : Opaque {
  explicit AddressOpaque(Address address) : address(address) {}
  std::string_view type_name() const override { return "net.IP"; }
  bool equals(const Opaque& other) const override {
    return address == static_cast<const AddressOpaque&>(other).address;
  }
  const Address address;
};

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
  return address ? Value::of(address->text() == a[0].as_text()) : bad_address(a[0]);
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
  if (a[1].kind() == Kind::kOpaque) return Value::of(network_in(a[0]).contains(address_in(a[1])));
  const auto address = parse_address(a[1].as_text());
  return address ? Value::of(network_in(a[0]).contains(*address)) : bad_address(a[1]);
}
bool within(const Network& outer, const Network& inner) {
  return inner.prefix >= outer.prefix && outer.contains(inner.address);
}
Value holds_network(Args a) {
  if (a[1].kind() == Kind::kOpaque) return Value::of(within(network_in(a[0]), network_in(a[1])));
  const auto network = parse_network(a[1].as_text());
  return network ? Value::of(within(network_in(a[0]), *network)) : bad_network(a[1]);
}
Value network_text(Args a) {
  const auto& network = network_in(a[0]);
  return Value::text(network.address.text() + "/" + std::to_string(network.prefix));
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
    {"string(net.IP) string", [](Args a) { return Value::text(address_in(a[0]).text()); }},
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
