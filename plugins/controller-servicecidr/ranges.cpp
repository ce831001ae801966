#include "ranges.h"

#include <algorithm>

#include "kubus/ip.h"

namespace kubus::servicecidr {
namespace {

// A network of its own is larger than one that is in it, or the same.
bool contains(const ServiceCIDR& range, const IpNetwork& network) {
  const auto& cidrs = range.spec().cidrs();
  return std::any_of(cidrs.begin(), cidrs.end(), [&](const std::string& cidr) {
    const auto outer = parse_network(cidr);
    return outer && outer->prefix <= network.prefix && outer->contains(network.address);
  });
}

bool stays_beside(const ServiceCIDR& other, const ServiceCIDR& range) {
  return other.metadata().name() != range.metadata().name() && !is_deleting(other);
}

bool set_condition(ServiceCIDR& range, const char* status, const char* reason,
                   const char* message) {
  auto& conditions = *range.mutable_status()->mutable_conditions();
  auto found = std::find_if(conditions.begin(), conditions.end(),
                            [](const auto& one) { return one.type() == "Ready"; });
  auto& condition = found == conditions.end() ? *conditions.Add() : *found;
  if (condition.status() == status && condition.reason() == reason &&
      condition.message() == message)
    return false;
  condition.set_type("Ready");
  if (condition.status() != status) set_now(*condition.mutable_lasttransitiontime());
  condition.set_status(status);
  condition.set_reason(reason);
  condition.set_message(message);
  return true;
}

}  // namespace

bool is_deleting(const ServiceCIDR& range) { return range.metadata().has_deletiontimestamp(); }

bool contains(const ServiceCIDR& range, const std::string& address) {
  const auto parsed = parse_ip(address);
  return parsed && contains(range, IpNetwork{*parsed, parsed->bits()});
}

bool is_covered(const ServiceCIDR& range, const Ranges& all) {
  const auto& cidrs = range.spec().cidrs();
  return std::all_of(cidrs.begin(), cidrs.end(), [&](const std::string& cidr) {
    const auto network = parse_network(cidr);
    return !network || std::any_of(all.begin(), all.end(), [&](const auto& other) {
      return stays_beside(*other, range) && contains(*other, *network);
    });
  });
}

bool holds(const IPAddress& address, const ServiceCIDR& range, const Ranges& all) {
  const auto& labels = address.metadata().labels();
  const auto manager = labels.find("ipaddress.kubernetes.io/managed-by");
  if (manager == labels.end() || manager->second != "ipallocator.k8s.io") return false;
  const auto& name = address.metadata().name();
  return contains(range, name) && std::none_of(all.begin(), all.end(), [&](const auto& other) {
           return stays_beside(*other, range) && contains(*other, name);
         });
}

bool set_ready(ServiceCIDR& range) {
  return set_condition(range, "True", "", "Kubernetes Service CIDR is ready");
}

bool set_terminating(ServiceCIDR& range) {
  return set_condition(range, "False", "Terminating",
                       "There are still IPAddresses referencing the ServiceCIDR, please remove "
                       "them or create a new ServiceCIDR");
}

}  // namespace kubus::servicecidr
