#include <algorithm>

#include "kubus/ip.h"
#include "validation/names.h"

namespace kubus::apiserver {

int ip_family(std::string_view text) {
  const auto address = parse_ip(text);
  return address ? address->family : 0;
}

std::string canonical_ip(std::string_view text) {
  const auto address = parse_ip(text);
  return address ? address->text() : std::string();
}

bool is_subnet(std::string_view inner, std::string_view outer) {
  const auto small = parse_network(inner), large = parse_network(outer);
  return small && large && small->prefix > large->prefix && large->contains(small->address);
}

Messages check_reachable(std::string_view ip) {
  const auto address = parse_ip(ip);
  if (!address) return {"must be a valid IP address"};
  const auto within = [&](std::string_view four, std::string_view six) {
    return parse_network(address->family == 4 ? four : six)->contains(*address);
  };
  Messages messages;
  if (std::all_of(address->bytes.begin(), address->bytes.end(),
                  [](auto byte) { return byte == 0; }))
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
  if (parse_network(text)) return {};
  return {"must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"};
}

}  // namespace kubus::apiserver
