#include "validation/service_addresses.h"

#include <k8s/core/v1/service.pb.h>

#include <algorithm>
#include <set>

#include "validation/checks.h"

namespace kubus::apiserver {
namespace {

constexpr int kMostAddresses = 2;
constexpr std::string_view kFixed = "may not change once set";

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

// What an address was let go for.
void check_release(const core_v1::ServiceSpec& now, std::string_view what, ErrorList& errors) {
  if (now.ipfamilypolicy() == "SingleStack") return;
  const std::string policy = now.has_ipfamilypolicy() ? quoted(now.ipfamilypolicy()) : "null";
  errors.invalid_json(Path("spec").child("ipFamilyPolicy"), policy,
                      "must be set to 'SingleStack' when releasing the secondary " +
                          std::string(what));
}

void check_same_addresses(const core_v1::ServiceSpec& now, const core_v1::ServiceSpec& before,
                          ErrorList& errors) {
  if (is_headless(now) && is_headless(before)) return;
  const Path path = Path("spec").child("clusterIPs");
  const auto& ips = now.clusterips();
  const auto& old = before.clusterips();
  const bool released = old.size() > ips.size();
  if (released && ips.empty()) {
    errors.invalid_json(path.index(0), "null", "primary clusterIP can not be unset");
  }
  // Of lists of one length all must stay, else the first.
  const int kept = ips.size() == old.size() ? ips.size() : std::min({1, ips.size(), old.size()});
  for (int i = 0; i < kept; ++i) {
    if (ips[i] != old[i]) errors.invalid_json(path.index(i), list_json(ips), kFixed);
  }
  if (released && ips.size() == 1) check_release(now, "clusterIP", errors);
}

void check_same_families(const core_v1::ServiceSpec& now, const core_v1::ServiceSpec& before,
                         ErrorList& errors) {
  // Without addresses, families are free.
  if (is_headless(now) || is_headless(before)) return;
  const Path path = Path("spec").child("ipFamilies").index(0);
  const auto& families = now.ipfamilies();
  const auto& old = before.ipfamilies();
  if (families.size() == old.size()) {
    for (int i = 0; i < families.size(); ++i) {
      if (families[i] != old[i]) errors.invalid_json(path, list_json(families), kFixed);
    }
    return;
  }
  const bool released = old.size() > families.size();
  if (released && now.clusterips().empty()) {
    errors.invalid_json(path, list_json(families), "primary ipFamily can not be unset");
  }
  if (!families.empty() && !old.empty() && families[0] != old[0]) {
    errors.invalid_json(path, list_json(now.clusterips()), kFixed);
  }
  if (released && families.size() == 1) check_release(now, "ipFamily", errors);
}

}  // namespace

bool is_headless(const core_v1::ServiceSpec& spec) {
  return spec.clusterip() == "None" ||
         (spec.clusterips_size() == 1 && spec.clusterips(0) == "None");
}

void check_address_change(const core_v1::ServiceSpec& now, const core_v1::ServiceSpec& before,
                          ErrorList& errors) {
  // The address goes with a change to or from ExternalName.
  if (before.type() == "ExternalName" || now.type() == "ExternalName") return;
  check_same_addresses(now, before, errors);
  check_same_families(now, before, errors);
}

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
