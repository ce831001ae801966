#include "validation/service_addresses.h"

#include <k8s/core/v1/service.pb.h>

#include <set>

#include "validation/checks.h"

namespace kubus::apiserver {
namespace {

constexpr int kMostAddresses = 2;

void check_families(const core_v1::ServiceSpec& spec, const Path& path, ErrorList& errors) {
  const Path families = path.child("ipFamilies");
  std::set<std::string> seen;
  for (int i = 0; i < spec.ipfamilies_size(); ++i) {
    const std::string& family = spec.ipfamilies(i);
    if (family != "IPv4" && family != "IPv6") {
      errors.not_supported(families.index(i), family, {"IPv4", "IPv6"});
    }
    if (!seen.insert(family).second) errors.duplicate(families.index(i), family);
  }
  if (spec.has_ipfamilypolicy()) {
    check_one_of(spec.ipfamilypolicy(), {"PreferDualStack", "RequireDualStack", "SingleStack"},
                 path.child("ipFamilyPolicy"), errors);
  }
}

// False: nothing more can be said about the addresses.
bool check_each_address(const core_v1::ServiceSpec& spec, const Path& path, ErrorList& errors) {
  bool good = true;
  for (int i = 0; i < spec.clusterips_size(); ++i) {
    const std::string& ip = spec.clusterips(i);
    if (i == 0 && ip == "None") {
      if (spec.clusterips_size() == 1) continue;
      errors.invalid_json(path, list_json(spec.clusterips()),
                          "'None' must be the first and only value");
      good = false;
      continue;
    }
    const Messages wrong = check_ip(ip);
    errors.invalid_each(path.index(i), ip, wrong);
    good &= wrong.empty();
  }
  if (spec.clusterips_size() > kMostAddresses) {
    errors.invalid_json(path, list_json(spec.clusterips()), "may only hold up to 2 values");
  }
  return good;
}

void check_match(const core_v1::ServiceSpec& spec, const Path& path, ErrorList& errors) {
  if (spec.clusterips_size() == kMostAddresses &&
      ip_family(spec.clusterips(0)) == ip_family(spec.clusterips(1))) {
    errors.invalid_json(path, list_json(spec.clusterips()),
                        "may specify no more than one IP for each IP family");
  }
  if (spec.clusterips_size() > 0 && spec.clusterips(0) == "None") return;
  for (int i = 0; i < spec.clusterips_size() && i < spec.ipfamilies_size(); ++i) {
    const char* family = ip_family(spec.clusterips(i)) == 6 ? "IPv6" : "IPv4";
    if (spec.ipfamilies(i) == family) continue;
    errors.invalid(path.index(i), spec.clusterips(i),
                   "expected an " + spec.ipfamilies(i) + " value as indicated by `ipFamilies[" +
                       std::to_string(i) + "]`");
  }
}

}  // namespace

void check_cluster_addresses(const core_v1::ServiceSpec& spec, const Path& path,
                             ErrorList& errors) {
  if (spec.type() == "ExternalName") return;
  const Path addresses = path.child("clusterIPs");
  if (!spec.clusterip().empty()) {
    if (spec.clusterips().empty()) {
      errors.required(addresses);
    } else if (spec.clusterips(0) != spec.clusterip()) {
      errors.invalid_json(addresses.index(0), list_json(spec.clusterips()),
                          "first value must match `clusterIP`");
    }
  } else if (!spec.clusterips().empty()) {
    errors.invalid_json(addresses, list_json(spec.clusterips()),
                        "must be empty when `clusterIP` is not specified");
  }
  check_families(spec, path, errors);
  if (check_each_address(spec, addresses, errors)) check_match(spec, addresses, errors);
}

}  // namespace kubus::apiserver
