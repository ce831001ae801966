#include <k8s/core/v1/service.pb.h>

#include <set>

#include "validation/checks.h"
#include "validation/service_addresses.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

constexpr std::string_view kBalancerOnly = "may only be used when `type` is 'LoadBalancer'";

bool is_external(const core_v1::ServiceSpec& spec) {
  return spec.type() == "LoadBalancer" || spec.type() == "NodePort" ||
         (spec.type() == "ClusterIP" && !spec.externalips().empty());
}

void check_named(const core_v1::ServicePort& port, bool several, std::set<std::string>& names,
                 const Path& path, ErrorList& errors) {
  if (port.name().empty()) {
    if (several) errors.required(path);
    return;
  }
  errors.invalid_each(path, port.name(), check_dns1123_label(port.name()));
  if (!names.insert(port.name()).second) errors.duplicate(path, port.name());
}

void check_ports(const core_v1::ServiceSpec& spec, const Path& path, ErrorList& errors) {
  std::set<std::string> names;
  for (int i = 0; i < spec.ports_size(); ++i) {
    const auto& port = spec.ports(i);
    const Path at = path.index(i);
    check_named(port, spec.ports_size() > 1, names, at.child("name"), errors);
    errors.invalid_each(at.child("port"), port.port(), check_port_number(port.port()));
    check_one_of(port.protocol(), {"SCTP", "TCP", "UDP"}, at.child("protocol"), errors);
    check_port(port.targetport(), at.child("targetPort"), errors);
    if (port.has_appprotocol()) {
      errors.invalid_each(at.child("appProtocol"), port.appprotocol(),
                          check_qualified_name(port.appprotocol()));
    }
  }
}

// A port, and a port of the nodes, can be had once for each protocol.
void check_taken_ports(const core_v1::ServiceSpec& spec, const Path& path, ErrorList& errors) {
  using Taken = std::set<std::pair<std::string, std::int32_t>>;
  Taken node_ports;
  for (int i = 0; i < spec.ports_size(); ++i) {
    const auto& port = spec.ports(i);
    const Path at = path.index(i).child("nodePort");
    if (port.nodeport() == 0) continue;
    if (spec.type() == "ClusterIP") {
      errors.forbidden(at, "may not be used when `type` is 'ClusterIP'");
    }
    if (!node_ports.emplace(port.protocol(), port.nodeport()).second) {
      errors.duplicate_json(at, std::to_string(port.nodeport()));
    }
  }
  Taken ports;
  for (int i = 0; i < spec.ports_size(); ++i) {
    const auto& port = spec.ports(i);
    if (ports.emplace(port.protocol(), port.port()).second) continue;
    core_v1::ServicePort key;
    key.set_protocol(port.protocol());
    key.set_port(port.port());
    errors.duplicate_json(path.index(i), internal_json(key));
  }
}

void check_external_name(const core_v1::ServiceSpec& spec, const Path& path, ErrorList& errors) {
  constexpr std::string_view kNotHere = "may not be set for ExternalName services";
  if (!spec.clusterips().empty()) errors.forbidden(path.child("clusterIPs"), kNotHere);
  if (!spec.ipfamilies().empty()) errors.forbidden(path.child("ipFamilies"), kNotHere);
  if (spec.has_ipfamilypolicy()) errors.forbidden(path.child("ipFamilyPolicy"), kNotHere);
  std::string name = spec.externalname();
  if (name.ends_with('.')) name.pop_back();
  if (name.empty()) {
    errors.required(path.child("externalName"));
  } else {
    errors.invalid_each(path.child("externalName"), name, check_dns1123_subdomain(name));
  }
}

void check_type(const core_v1::ServiceSpec& spec, const Path& path, ErrorList& errors) {
  constexpr std::int32_t kKubeletPort = 10250;
  const std::string& type = spec.type();
  for (int i = 0; type == "LoadBalancer" && i < spec.ports_size(); ++i) {
    if (spec.ports(i).port() != kKubeletPort) continue;
    errors.invalid(path.child("ports").index(i), spec.ports(i).port(),
                   "may not expose port 10250 externally since it is used by kubelet");
  }
  if ((type == "LoadBalancer" || type == "NodePort") && is_headless(spec)) {
    errors.invalid(path.child("clusterIPs").index(0), "None",
                   "may not be set to 'None' for " + type + " services");
  }
  if (type == "ExternalName") check_external_name(spec, path, errors);
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\v\f";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(kSpace) - begin + 1));
}

// Where there is no list of ranges, an annotation of old may have them.
void check_annotated_ranges(const core_v1::Service& service, ErrorList& errors) {
  constexpr const char* kRanges = "service.beta.kubernetes.io/load-balancer-source-ranges";
  const auto found = service.metadata().annotations().find(kRanges);
  if (!service.spec().loadbalancersourceranges().empty() ||
      found == service.metadata().annotations().end())
    return;
  const Path path = Path("metadata").child("annotations").key(kRanges);
  if (service.spec().type() != "LoadBalancer") errors.forbidden(path, kBalancerOnly);
  std::string_view rest = found->second;
  if (trimmed(rest).empty()) return;
  for (;;) {
    const std::size_t comma = rest.find(',');
    const std::string range = trimmed(rest.substr(0, comma));
    errors.invalid_each(path, range, check_cidr(range));
    if (comma == std::string_view::npos) return;
    rest.remove_prefix(comma + 1);
  }
}

void check_class(const core_v1::ServiceSpec& spec, const Path& path, ErrorList& errors) {
  if (!spec.has_loadbalancerclass()) return;
  if (spec.type() != "LoadBalancer") return errors.forbidden(path, kBalancerOnly);
  errors.invalid_each(path, spec.loadbalancerclass(),
                      check_qualified_name(spec.loadbalancerclass()));
}

void check_balancer(const core_v1::Service& service, const Path& path, ErrorList& errors) {
  const auto& spec = service.spec();
  const bool balanced = spec.type() == "LoadBalancer";
  const Path ranges = path.child("LoadBalancerSourceRanges");
  if (!balanced && !spec.loadbalancersourceranges().empty()) {
    errors.forbidden(ranges, kBalancerOnly);
  }
  for (int i = 0; i < spec.loadbalancersourceranges_size(); ++i) {
    const std::string range = trimmed(spec.loadbalancersourceranges(i));
    errors.invalid_each(ranges.index(i), range, check_cidr(range));
  }
  check_annotated_ranges(service, errors);
  if (!balanced && spec.has_allocateloadbalancernodeports()) {
    errors.forbidden(path.child("allocateLoadBalancerNodePorts"), kBalancerOnly);
  }
  check_class(spec, path.child("loadBalancerClass"), errors);
}

void check_affinity(const core_v1::ServiceSpec& spec, const Path& path, ErrorList& errors) {
  constexpr std::int32_t kLongest = 86400;
  constexpr std::string_view kWhen = "when session affinity type is ClientIP";
  check_one_of(spec.sessionaffinity(), {"ClientIP", "None"}, path.child("sessionAffinity"), errors);
  const Path config = path.child("sessionAffinityConfig");
  if (spec.sessionaffinity() == "None" && spec.has_sessionaffinityconfig()) {
    errors.forbidden(config, "must not be set when session affinity is None");
  }
  if (spec.sessionaffinity() != "ClientIP") return;
  if (!spec.has_sessionaffinityconfig()) return errors.required(config, kWhen);
  const Path client = config.child("clientIP");
  if (!spec.sessionaffinityconfig().has_clientip()) return errors.required(client, kWhen);
  const auto& settings = spec.sessionaffinityconfig().clientip();
  const Path timeout = client.child("timeoutSeconds");
  if (!settings.has_timeoutseconds()) {
    errors.required(timeout, kWhen);
  } else if (settings.timeoutseconds() <= 0 || settings.timeoutseconds() > kLongest) {
    errors.invalid(timeout, settings.timeoutseconds(),
                   "must be greater than 0 and less than 86400");
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
  const bool checked = spec.type() == "LoadBalancer" && spec.externaltrafficpolicy() == "Local";
  const std::int32_t health = spec.healthchecknodeport();
  if (checked && health != 0) {
    errors.invalid_each(path.child("healthCheckNodePort"), health, check_port_number(health));
  } else if (health != 0) {
    errors.invalid(path.child("healthCheckNodePort"), health,
                   "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is "
                   "'Local'");
  }
  if (spec.has_internaltrafficpolicy()) {
    check_one_of(spec.internaltrafficpolicy(), {"Cluster", "Local"},
                 path.child("internalTrafficPolicy"), errors);
  }
  if (spec.has_trafficdistribution() && spec.trafficdistribution() != "PreferClose" &&
      spec.trafficdistribution() != "PreferSameNode" &&
      spec.trafficdistribution() != "PreferSameZone") {
    errors.not_supported(path.child("trafficDistribution"), spec.trafficdistribution(),
                         {"PreferClose", "PreferSameNode", "PreferSameZone"});
  }
}

// Two names of one setting, which must not disagree.
void check_topology(const core_v1::Service& service, ErrorList& errors) {
  constexpr const char* kMode = "service.kubernetes.io/topology-mode";
  constexpr const char* kHints = "service.kubernetes.io/topology-aware-hints";
  const auto& annotations = service.metadata().annotations();
  const auto mode = annotations.find(kMode), hints = annotations.find(kHints);
  if (mode == annotations.end() || hints == annotations.end() || mode->second == hints->second)
    return;
  errors.invalid(Path("metadata").child("annotations").key(kMode), mode->second,
                 "must match annotations[" + std::string(kHints) + "] when both are specified");
}

void check_service(const core_v1::Service& service, ErrorList& errors) {
  const Path path("spec");
  const auto& spec = service.spec();
  check_topology(service, errors);
  if (spec.ports().empty() && !is_headless(spec) && spec.type() != "ExternalName") {
    errors.required(path.child("ports"));
  }
  check_type(spec, path, errors);
  check_ports(spec, path.child("ports"), errors);
  check_labels(spec.selector(), path.child("selector"), errors);
  check_affinity(spec, path, errors);
  check_cluster_addresses(spec, path, errors);
  for (int i = 0; i < spec.externalips_size(); ++i) {
    const Path at = path.child("externalIPs").index(i);
    const Messages wrong = check_ip(spec.externalips(i));
    errors.invalid_each(at, spec.externalips(i), wrong);
    if (wrong.empty()) check_reachable_ip(spec.externalips(i), at, errors);
  }
  check_one_of(spec.type(), {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"},
               path.child("type"), errors);
  check_taken_ports(spec, path.child("ports"), errors);
  check_balancer(service, path, errors);
  check_traffic(spec, path, errors);
}

void check_service_update(const core_v1::Service& service, const core_v1::Service& old,
                          ErrorList& errors) {
  const auto& now = service.spec();
  const auto& before = old.spec();
  check_address_change(now, before, errors);
  const bool balanced = before.type() == "LoadBalancer" && now.type() == "LoadBalancer";
  const Path path = Path("spec").child("loadBalancerClass");
  if (balanced && (before.has_loadbalancerclass() != now.has_loadbalancerclass() ||
                   before.loadbalancerclass() != now.loadbalancerclass())) {
    errors.invalid_json(path, now.has_loadbalancerclass() ? quoted(now.loadbalancerclass()) : "null",
                        "may not change once set");
  }
  check_class(now, path, errors);
  // What changes is looked at before the whole.
  check_service(service, errors);
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.core.v1.Service", nullptr, compare_as<core_v1::Service, check_service_update>,
     check_as<core_v1::Service, check_service>},
};

}  // namespace

std::span<const Validator> service_validators() { return kValidators; }

}  // namespace kubus::apiserver
