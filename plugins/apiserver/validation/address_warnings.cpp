#include "validation/address_warnings.h"

#include "kubus/ip.h"
#include "validation/field_error.h"

namespace kubus::apiserver {

std::vector<std::string> ip_warnings(std::string_view text, const std::string& path) {
  const auto address = parse_ip(text);
  if (!address || address->text() == text) return {};
  const std::string shown = quoted(text), better = quoted(address->text());
  if (address->family == 6)
    return {path + ": IPv6 address " + shown + " should be in RFC 5952 canonical format (" +
            better + ")"};
  return {path + ": non-standard IP address " + shown +
          " will be considered invalid in a future Kubernetes release: use " + better};
}

std::vector<std::string> cidr_warnings(std::string_view text, const std::string& path) {
  const auto network = parse_network(text);
  if (!network) return {};
  std::vector<std::string> out;
  const auto masked = network->masked().text();
  if (network->masked() != *network) {
    const auto single = network->address.text() + "/" + std::to_string(network->address.bits());
    out.push_back(path + ": CIDR value " + quoted(text) +
                  " is ambiguous in this context (should be " + quoted(masked) + " or " +
                  quoted(single) + "?)");
  }
  if (network->text() == text) return out;
  if (network->address.family == 4) {
    out.push_back(path + ": non-standard CIDR value " + quoted(text) +
                  " will be considered invalid in a future Kubernetes release: use " +
                  quoted(masked));
  } else if (out.empty()) {
    out.push_back(path + ": IPv6 CIDR value " + quoted(text) +
                  " should be in RFC 5952 canonical format (" + quoted(network->text()) + ")");
  }
  return out;
}

}  // namespace kubus::apiserver
