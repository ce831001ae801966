#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "validation/names.h"

namespace kubus::apiserver {
namespace {

struct Address {
  int family = 0;
  std::array<unsigned char, 16> bytes{};
};

Address parse(std::string_view text) {
  Address out;
  const std::string address(text);
  if (address.find('\0') != std::string::npos) return out;
  if (inet_pton(AF_INET, address.c_str(), out.bytes.data()) == 1) {
    out.family = 4;
  } else if (inet_pton(AF_INET6, address.c_str(), out.bytes.data()) == 1) {
    out.family = 6;
  }
  return out;
}

struct Net {
  Address base;
  unsigned bits = 0;
};

Net parse_net(std::string_view text) {
  const std::size_t slash = text.find('/');
  Net net{parse(text.substr(0, slash)), 0};
  std::from_chars(text.data() + slash + 1, text.data() + text.size(), net.bits);
  return net;
}

bool contains(const Net& net, const Address& address) {
  if (net.base.family != address.family) return false;
  for (unsigned bit = 0; bit < net.bits; ++bit) {
    const unsigned mask = 0x80U >> (bit % 8);
    if (((net.base.bytes[bit / 8] ^ address.bytes[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

bool is_cidr(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  const int family = parse(text.substr(0, slash)).family;
  const std::string_view bits = text.substr(slash + 1);
  if (family == 0 || bits.empty() || (bits.size() > 1 && bits[0] == '0')) return false;
  unsigned length = 0;
  const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), length);
  return error == std::errc() && end == bits.data() + bits.size() &&
         length <= (family == 4 ? 32U : 128U);
}

}  // namespace

int ip_family(std::string_view text) { return parse(text).family; }

std::string canonical_ip(std::string_view text) {
  const Address address = parse(text);
  char out[INET6_ADDRSTRLEN];
  if (address.family == 0) return {};
  return inet_ntop(address.family == 4 ? AF_INET : AF_INET6, address.bytes.data(), out,
                   sizeof(out));
}

bool is_subnet(std::string_view inner, std::string_view outer) {
  const Net small = parse_net(inner);
  const Net large = parse_net(outer);
  return small.bits > large.bits && contains(large, small.base);
}

Messages check_reachable(std::string_view ip) {
  const Address address = parse(ip);
  if (address.family == 0) return {"must be a valid IP address"};
  const auto within = [&](std::string_view four, std::string_view six) {
    return contains(parse_net(four), address) || contains(parse_net(six), address);
  };
  Messages messages;
  if (std::all_of(address.bytes.begin(), address.bytes.end(), [](auto byte) { return byte == 0; }))
    messages.push_back("may not be unspecified (" + std::string(ip) + ")");
  if (within("127.0.0.0/8", "::1/128"))
    messages.emplace_back("may not be in the loopback range (127.0.0.0/8, ::1/128)");
  if (within("169.254.0.0/16", "fe80::/10"))
    messages.emplace_back("may not be in the link-local range (169.254.0.0/16, fe80::/10)");
  if (within("224.0.0.0/24", "ff02::/16"))
    messages.emplace_back("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
  return messages;
}

Messages check_ip(std::string_view text) {
  if (ip_family(text) != 0) return {};
  return {"must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"};
}

Messages check_cidr(std::string_view text) {
  if (is_cidr(text)) return {};
  return {"must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"};
}

}  // namespace kubus::apiserver
