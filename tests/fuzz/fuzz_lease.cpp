// What the pod network reads from its configuration and its file of leases: ranges and host ports.
#include "ipv4.h"
#include "lease.h"
#include "target.h"

namespace kubus::fuzz {

void run(std::string_view input) {
  if (const auto range = flannel::Ipv4Range::parse(input); range.ok()) {
    require(range->contains(range->base) && range->contains(range->last()), "a range is empty");
    const auto again = flannel::Ipv4Range::parse(range->str());
    require(again.ok() && *again == *range, "a range does not print itself");
  }
  if (const auto ports = flannel::parse_ports(input)) {
    const auto again = flannel::parse_ports(flannel::format_ports(*ports));
    require(again && *again == *ports, "host ports do not print themselves");
  }
}

std::vector<std::string> seeds() {
  return {"10.244.0.0/24",       "0.0.0.0/0",
          "192.0.2.1/32",        "-",
          "tcp:80:8080:0.0.0.0", "tcp:80:8080:0.0.0.0,udp:53:53:192.0.2.1"};
}

}  // namespace kubus::fuzz
