#include "services/families.h"

#include <k8s/core/v1/service.pb.h>

#include <algorithm>

#include "respond/api_errors.h"
#include "services/address_object.h"

namespace kubus::apiserver {
namespace {

using core_v1::ServiceSpec;
using Names = std::vector<std::string>;

Status invalid_choice(const std::string& name, const std::string& field, const std::string& value,
                      const std::string& why) {
  return errors::invalid(
      {"", "Service", name},
      {{"FieldValueInvalid", "Invalid value: \"" + value + "\": " + why, field}});
}

template <class Items>
bool same_items(const Items& a, const Items& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

// Nobody has asked for more or fewer: a cluster that changes does not change its Services.
bool stays_as_it_is(const ServiceSpec& spec, const ServiceSpec* old) {
  return old && spec.ipfamilypolicy() == "PreferDualStack" &&
         old->ipfamilypolicy() == spec.ipfamilypolicy() && spec.ipfamilies_size() > 0 &&
         old->type() != "ExternalName" && same_items(spec.clusterips(), old->clusterips()) &&
         same_items(spec.ipfamilies(), old->ipfamilies());
}

void add_other_family(ServiceSpec& spec) {
  if (spec.ipfamilies_size() == 1)
    spec.add_ipfamilies(spec.ipfamilies(0) == "IPv4" ? "IPv6" : "IPv4");
}

Status check_policy(const std::string& name, const ServiceSpec& spec, const Names& cluster) {
  const auto& policy = spec.ipfamilypolicy();
  const auto refuse = [&](const std::string& why) {
    return invalid_choice(name, "spec.ipFamilyPolicy", policy, why);
  };
  if (policy == "SingleStack") {
    const std::string instead = "must be RequireDualStack or PreferDualStack when multiple ";
    if (spec.clusterips_size() > 1) return refuse(instead + "cluster IPs are specified");
    if (spec.ipfamilies_size() > 1) return refuse(instead + "IP families are specified");
  }
  if (policy == "RequireDualStack" && cluster.size() < 2)
    return refuse("this cluster is not configured for dual-stack services");
  for (int i = 0; i < spec.ipfamilies_size(); ++i)
    if (std::find(cluster.begin(), cluster.end(), spec.ipfamilies(i)) == cluster.end())
      return invalid_choice(name, "spec.ipFamilies[" + std::to_string(i) + "]", spec.ipfamilies(i),
                            "not configured on this cluster");
  return {};
}

}  // namespace

Status settle_families(const std::string& name, ServiceSpec& spec, const ServiceSpec* old,
                       const Names& cluster) {
  if (spec.type() == "ExternalName" || stays_as_it_is(spec, old)) return {};
  const bool headless = spec.clusterip() == "None";
  // Its endpoints are somebody's own doing, and may be of families that the cluster has not.
  if (headless && spec.selector_size() == 0) {
    if (spec.ipfamilypolicy().empty()) spec.set_ipfamilypolicy("RequireDualStack");
    if (spec.ipfamilies_size() == 0) spec.add_ipfamilies(cluster.front());
    if (spec.ipfamilypolicy() != "SingleStack") add_other_family(spec);
    return {};
  }
  for (int i = spec.ipfamilies_size(); !headless && i < spec.clusterips_size(); ++i)
    if (const auto address = parse_ip(spec.clusterips(i)))
      spec.add_ipfamilies(family_name(address->family));
  if (spec.ipfamilypolicy().empty())
    spec.set_ipfamilypolicy(spec.ipfamilies_size() > 1 ? "RequireDualStack" : "SingleStack");
  KUBUS_TRY(check_policy(name, spec, cluster));
  if (spec.ipfamilies_size() == 0) spec.add_ipfamilies(cluster.front());
  if (spec.ipfamilypolicy() != "SingleStack" && cluster.size() > 1) add_other_family(spec);
  return {};
}

}  // namespace kubus::apiserver
