// What the status of a pod may become.
#include <k8s/core/v1/pod.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <set>

#include "validation/checks.h"
#include "validation/pod_spec.h"
#include "validation/pod_states.h"

namespace kubus::apiserver {
namespace {

// At most one address of each family.
void check_ips(const std::vector<std::string>& ips, const std::string& shown, const Path& path,
               ErrorList& errors) {
  for (std::size_t i = 0; i < ips.size(); ++i) {
    errors.invalid_each(path.index(i), ips[i], check_ip(ips[i]));
  }
  if (ips.size() < 2) return;
  if (ips.size() > 2 || ip_family(ips[0]) == ip_family(ips[1])) {
    errors.invalid_json(path, shown, "may specify no more than one IP for each IP family");
  }
  std::set<std::string> seen;
  for (std::size_t i = 0; i < ips.size(); ++i) {
    if (!seen.insert(ips[i]).second) errors.duplicate(path.index(i), ips[i]);
  }
}

template <class Addresses>
void check_status_ips(const Addresses& addresses, const Path& path, ErrorList& errors) {
  std::vector<std::string> ips;
  std::string shown;
  for (const auto& address : addresses) {
    ips.push_back(address.ip());
    shown += (shown.empty() ? "[" : ",") + internal_json(address);
  }
  check_ips(ips, shown + "]", path, errors);
}

}  // namespace

void check_pod_status(const core_v1::Pod& pod, const core_v1::Pod& old, ErrorList& errors) {
  const Path path("status");
  check_pod_annotations_update(pod, old, errors);
  const auto& conditions = pod.status().conditions();
  for (int i = 0; i < conditions.size(); ++i) {
    const std::string& type = conditions[i].type();
    if (type == "PodScheduled" || type == "Ready" || type == "Initialized") continue;
    errors.invalid_each(Path("metadata").child("conditions").index(i).child("Type"), type,
                        check_qualified_name(type));
  }
  if (pod.spec().nodename() != old.spec().nodename()) {
    errors.forbidden(path.child("nodeName"), "may not be changed directly");
  }
  const std::string& nominated = pod.status().nominatednodename();
  if (!nominated.empty() && nominated != old.status().nominatednodename()) {
    errors.invalid_each(path.child("nominatedNodeName"), nominated,
                        check_dns1123_subdomain(nominated));
  }
  check_immutable(pod.status().qosclass(), old.status().qosclass(), path.child("qosClass"),
                  errors);
  check_container_states(pod, old, errors);
  check_status_ips(pod.status().podips(), path.child("podIPs"), errors);
  check_status_ips(pod.status().hostips(), path.child("hostIPs"), errors);
}

}  // namespace kubus::apiserver
