// The addresses that services have, and the ranges that they come from.
#include <k8s/networking/v1/ip_address.pb.h>
#include <k8s/networking/v1/service_cidr.pb.h>

#include "validation/checks.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

constexpr int kMostRanges = 2;

using networking_v1::IPAddress;
using networking_v1::ServiceCIDR;

void check_address(const IPAddress& object, ErrorList& errors) {
  const std::string& name = object.metadata().name();
  if (const std::string canonical = canonical_ip(name); !canonical.empty() && canonical != name) {
    errors.invalid(Path("metadata").child("name"), name, "must be a canonical format IP address");
  }
  const Path path = Path("spec").child("parentRef");
  if (!object.spec().has_parentref()) return errors.required(path);
  const auto& parent = object.spec().parentref();
  if (!parent.group().empty()) {
    errors.invalid_each(path.child("group"), parent.group(),
                        check_dns1123_subdomain(parent.group()));
  }
  check_segment(parent.resource(), path.child("resource"), errors);
  check_segment(parent.name(), path.child("name"), errors);
  if (!parent.namespace_().empty()) {
    errors.invalid_each(path.child("namespace"), parent.namespace_(),
                        check_path_segment(parent.namespace_()));
  }
}

void check_address_update(const IPAddress& object, const IPAddress& old, ErrorList& errors) {
  if (!equal(object.spec().parentref(), old.spec().parentref())) {
    errors.invalid_json(Path("spec").child("parentRef"), internal_json(object.spec().parentref()),
                        kImmutable);
  }
}

int family_of(const std::string& range) {
  return ip_family(std::string_view(range).substr(0, range.find('/')));
}

void check_ranges(const ServiceCIDR& object, ErrorList& errors) {
  const Path path = Path("spec").child("cidrs");
  const auto& ranges = object.spec().cidrs();
  if (ranges.empty()) return errors.required(path, "at least one CIDR required");
  const auto refuse = [&](std::string_view why) {
    errors.invalid_json(path, internal_json(object.spec()), why);
  };
  if (ranges.size() > kMostRanges) return refuse("may only hold up to 2 values");
  if (ranges.size() == kMostRanges) {
    const int first = family_of(ranges[0]), second = family_of(ranges[1]);
    if (first == second || first == 0 || second == 0)
      return refuse(
          "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and "
          "2001:db8::/96");
  }
  for (int i = 0; i < ranges.size(); ++i) {
    errors.invalid_each(path.index(i), ranges[i], check_cidr(ranges[i]));
  }
}

// A range of the other family may be added, and nothing else.
void check_ranges_update(const ServiceCIDR& object, const ServiceCIDR& old, ErrorList& errors) {
  const auto& now = object.spec().cidrs();
  const auto& before = old.spec().cidrs();
  const Path path = Path("spec").child("cidrs");
  const bool grows = before.size() == 1 && now.size() == kMostRanges;
  if (now.size() != before.size() && !grows)
    return errors.invalid_json(path, list_json(now), kImmutable);
  for (int i = 0; i < before.size(); ++i) check_immutable(now[i], before[i], path.index(i), errors);
}

void check_ranges_status(const ServiceCIDR& object, const ServiceCIDR& /*old*/,
                         ErrorList& errors) {
  check_condition_list(object.status().conditions(), Path("status").child("conditions"), errors);
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.networking.v1.IPAddress", check_as<IPAddress, check_address>,
     compare_as<IPAddress, check_address_update>},
    {"k8s.io.api.networking.v1.ServiceCIDR", check_as<ServiceCIDR, check_ranges>,
     compare_as<ServiceCIDR, check_ranges_update>, nullptr,
     compare_as<ServiceCIDR, check_ranges_status>},
};

}  // namespace

std::span<const Validator> address_validators() { return kValidators; }

}  // namespace kubus::apiserver
