#include <k8s/core/v1/service.pb.h>

#include <set>

#include "validation/checks.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

bool is_headless(const core_v1::ServiceSpec& spec) {
  return spec.clusterip() == "None" ||
         (spec.clusterips_size() == 1 && spec.clusterips(0) == "None");
}

bool is_external(const core_v1::ServiceSpec& spec) {
  return spec.type() == "LoadBalancer" || spec.type() == "NodePort" ||
         (spec.type() == "ClusterIP" && !spec.externalips().empty());
}

void check_ports(const core_v1::ServiceSpec& spec, const Path& path, ErrorList& errors) {
  if (spec.ports().empty() && !is_headless(spec) && spec.type() != "ExternalName") {
    errors.required(path);
  }
  std::set<std::string> names;
  std::set<std::pair<std::string, std::int32_t>> ports;
  std::set<std::pair<std::string, std::int32_t>> node_ports;
  for (int i = 0; i < spec.ports_size(); ++i) {
    const auto& port = spec.ports(i);
    const Path at = path.index(static_cast<std::size_t>(i));
    if (port.name().empty()) {
      if (spec.ports_size() > 1) errors.required(at.child("name"));
    } else {
      check_each(check_dns1123_label(port.name()), port.name(), at.child("name"), errors);
      if (!names.insert(port.name()).second) errors.duplicate(at.child("name"), port.name());
    }
    errors.invalid_each(at.child("port"), port.port(), check_port_number(port.port()));
    check_one_of(port.protocol(), {"SCTP", "TCP", "UDP"}, at.child("protocol"), errors);
    check_port(port.targetport(), at.child("targetPort"), errors);
    if (port.has_appprotocol()) {
      check_each(check_qualified_name(port.appprotocol()), port.appprotocol(),
                 at.child("appProtocol"), errors);
    }
    if (spec.type() == "ClusterIP" && port.nodeport() != 0) {
      errors.forbidden(at.child("nodePort"), "may not be used when `type` is 'ClusterIP'");
    }
    if (port.nodeport() != 0 && !node_ports.emplace(port.protocol(), port.nodeport()).second) {
      errors.duplicate_json(at.child("nodePort"), std::to_string(port.nodeport()));
    }
    if (!ports.emplace(port.protocol(), port.port()).second) {
      errors.duplicate_json(at, R"({"protocol":)" + quoted(port.protocol()) + R"(,"port":)" +
                                    std::to_string(port.port()) + "}");
    }
  }
}

void check_type(const core_v1::ServiceSpec& spec, const Path& path, ErrorList& errors) {
  const std::string& type = spec.type();
  if ((type == "LoadBalancer" || type == "NodePort") && is_headless(spec)) {
    errors.invalid(path.child("clusterIPs").index(0), "None",
                   "may not be set to 'None' for " + type + " services");
  }
  if (type == "ExternalName") {
    if (!spec.clusterips().empty()) {
      errors.forbidden(path.child("clusterIPs"), "may not be set for ExternalName services");
    }
    if (!spec.ipfamilies().empty()) {
      errors.forbidden(path.child("ipFamilies"), "may not be set for ExternalName services");
    }
    if (spec.has_ipfamilypolicy()) {
      errors.forbidden(path.child("ipFamilyPolicy"), "may not be set for ExternalName services");
    }
    std::string name = spec.externalname();
    if (name.ends_with('.')) name.pop_back();
    if (name.empty()) {
      errors.required(path.child("externalName"));
    } else {
      check_each(check_dns1123_subdomain(name), name, path.child("externalName"), errors);
    }
  }
  check_one_of(type, {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"}, path.child("type"),
               errors);
  if (type == "LoadBalancer") return;
  if (spec.has_allocateloadbalancernodeports()) {
    errors.forbidden(path.child("allocateLoadBalancerNodePorts"),
                     "may only be used when `type` is 'LoadBalancer'");
  }
  if (!spec.loadbalancersourceranges().empty()) {
    errors.forbidden(path.child("LoadBalancerSourceRanges"),
                     "may only be used when `type` is 'LoadBalancer'");
  }
}

void check_affinity(const core_v1::ServiceSpec& spec, const Path& path, ErrorList& errors) {
  check_one_of(spec.sessionaffinity(), {"ClientIP", "None"}, path.child("sessionAffinity"), errors);
  const Path config = path.child("sessionAffinityConfig");
  if (spec.sessionaffinity() == "None" && spec.has_sessionaffinityconfig()) {
    errors.forbidden(config, "must not be set when session affinity is None");
  }
  if (spec.sessionaffinity() != "ClientIP") return;
  const auto& client = spec.sessionaffinityconfig().clientip();
  const Path timeout = config.child("clientIP").child("timeoutSeconds");
  if (!client.has_timeoutseconds()) {
    errors.required(timeout, "when session affinity type is ClientIP");
  } else if (client.timeoutseconds() <= 0 || client.timeoutseconds() > 86400) {
    errors.invalid(timeout, client.timeoutseconds(), "must be greater than 0 and less than 86400");
  }
}

void check_traffic(const core_v1::ServiceSpec& spec, const Path& path, ErrorList& errors) {
  const Path external = path.child("externalTrafficPolicy");
  if (!is_external(spec)) {
    if (!spec.externaltrafficpolicy().empty()) {
      errors.invalid(external, spec.externaltrafficpolicy(),
                     "may only be set for externally-accessible services");
    }
  } else {
    check_one_of(spec.externaltrafficpolicy(), {"Cluster", "Local"}, external, errors);
  }
  if (spec.has_internaltrafficpolicy()) {
    check_one_of(spec.internaltrafficpolicy(), {"Cluster", "Local"},
                 path.child("internalTrafficPolicy"), errors);
  }
  const bool checked = spec.type() == "LoadBalancer" && spec.externaltrafficpolicy() == "Local";
  if (!checked && spec.healthchecknodeport() != 0) {
    errors.invalid(path.child("healthCheckNodePort"), spec.healthchecknodeport(),
                   "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is "
                   "'Local'");
  }
}

void check_addresses(const core_v1::ServiceSpec& spec, const Path& path, ErrorList& errors) {
  for (int i = 0; i < spec.externalips_size(); ++i) {
    check_each(check_ip(spec.externalips(i)), spec.externalips(i),
               path.child("externalIPs").index(static_cast<std::size_t>(i)), errors);
  }
  for (int i = 0; i < spec.clusterips_size(); ++i) {
    const std::string& ip = spec.clusterips(i);
    const Path at = path.child("clusterIPs").index(static_cast<std::size_t>(i));
    if (ip == "None" && i == 0 && spec.clusterips_size() == 1) continue;
    check_each(check_ip(ip), ip, at, errors);
  }
  if (spec.clusterips_size() > 0 && spec.clusterips(0) != spec.clusterip()) {
    errors.invalid(path.child("clusterIPs").index(0), spec.clusterips(0),
                   "first value must match `clusterIP`");
  }
  for (int i = 0; i < spec.ipfamilies_size(); ++i) {
    if (spec.ipfamilies(i) != "IPv4" && spec.ipfamilies(i) != "IPv6") {
      errors.not_supported(path.child("ipFamilies").index(static_cast<std::size_t>(i)),
                           spec.ipfamilies(i), {"IPv4", "IPv6"});
    }
  }
  if (spec.has_ipfamilypolicy()) {
    check_one_of(spec.ipfamilypolicy(), {"PreferDualStack", "RequireDualStack", "SingleStack"},
                 path.child("ipFamilyPolicy"), errors);
  }
}

void check_service(const core_v1::Service& service, ErrorList& errors) {
  const Path path("spec");
  const auto& spec = service.spec();
  check_type(spec, path, errors);
  check_ports(spec, path.child("ports"), errors);
  check_labels(spec.selector(), path.child("selector"), errors);
  check_affinity(spec, path, errors);
  check_addresses(spec, path, errors);
  check_traffic(spec, path, errors);
}

void check_service_update(const core_v1::Service& service, const core_v1::Service& old,
                          ErrorList& errors) {
  const auto& now = service.spec();
  const auto& before = old.spec();
  // The address goes with a change to or from ExternalName.
  if (before.type() == "ExternalName" || now.type() == "ExternalName") return;
  const Path path = Path("spec").child("clusterIPs").index(0);
  const std::string first = now.clusterips_size() > 0 ? now.clusterips(0) : "";
  if (before.clusterips_size() > 0 && first != before.clusterips(0)) {
    std::string all;
    for (const auto& ip : now.clusterips()) all += (all.empty() ? "\"" : ",\"") + ip + "\"";
    errors.invalid_json(
        path, first.empty() ? "null" : "[" + all + "]",
        first.empty() ? "primary clusterIP can not be unset" : "may not change once set");
  }
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.core.v1.Service", check_as<core_v1::Service, check_service>,
     compare_as<core_v1::Service, check_service_update>},
};

}  // namespace

std::span<const Validator> service_validators() { return kValidators; }

}  // namespace kubus::apiserver
