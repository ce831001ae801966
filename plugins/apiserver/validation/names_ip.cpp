#include <arpa/inet.h>

#include <charconv>

#include "validation/names.h"

namespace kubus::apiserver {
namespace {

// 4 or 6, or 0 for what is no address.
int ip_family(std::string_view text) {
  unsigned char buffer[16];
  const std::string address(text);
  if (address.find('\0') != std::string::npos) return 0;
  if (inet_pton(AF_INET, address.c_str(), buffer) == 1) return 4;
  return inet_pton(AF_INET6, address.c_str(), buffer) == 1 ? 6 : 0;
}

bool is_cidr(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  const int family = ip_family(text.substr(0, slash));
  const std::string_view bits = text.substr(slash + 1);
  if (family == 0 || bits.empty() || (bits.size() > 1 && bits[0] == '0')) return false;
  unsigned length = 0;
  const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), length);
  return error == std::errc() && end == bits.data() + bits.size() &&
         length <= (family == 4 ? 32U : 128U);
}

}  // namespace

Messages check_ip(std::string_view text) {
  if (ip_family(text) != 0) return {};
  return {"must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"};
}

Messages check_cidr(std::string_view text) {
  if (is_cidr(text)) return {};
  return {"must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"};
}

}  // namespace kubus::apiserver
