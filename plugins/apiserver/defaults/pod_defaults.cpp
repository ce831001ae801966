#include <k8s/core/v1/container.pb.h>
#include <k8s/core/v1/pod.pb.h>
#include <k8s/core/v1/probe.pb.h>

#include "defaults/defaulter.h"
#include "defaults/image_name.h"
#include "defaults/pod_requests.h"

namespace kubus::apiserver {
namespace {

template <class Container>
void default_container(Container& container) {
  if (container.imagepullpolicy().empty()) {
    container.set_imagepullpolicy(image_tag(container.image()) == "latest" ? "Always"
                                                                           : "IfNotPresent");
  }
  if (container.terminationmessagepath().empty()) {
    container.set_terminationmessagepath("/dev/termination-log");
  }
  if (container.terminationmessagepolicy().empty()) {
    container.set_terminationmessagepolicy("File");
  }
}

// A bound is also the request where nothing smaller is asked for.
void request_limits(core_v1::Container& container) {
  if (container.resources().limits().empty()) return;
  auto& requests = *container.mutable_resources()->mutable_requests();
  for (const auto& [name, limit] : container.resources().limits()) {
    if (!requests.contains(name)) requests[name] = limit;
  }
}

void use_host_ports(core_v1::Container& container) {
  for (auto& port : *container.mutable_ports()) {
    if (port.hostport() == 0) port.set_hostport(port.containerport());
  }
}

// A pod with limits as a whole asks for what its containers ask for, or else for all of it.
void request_pod_limits(core_v1::PodSpec& spec) {
  if (!spec.has_resources() || spec.resources().limits().empty()) return;
  const Amounts asked = requests_of_containers(spec);
  auto& requests = *spec.mutable_resources()->mutable_requests();
  for (const auto& [name, amount] : asked)
    if (is_pod_resource(name) && !name.starts_with("hugepages-")) requests.insert({name, amount});
  for (const auto& [name, limit] : spec.resources().limits())
    if (is_pod_resource(name)) requests.insert({name, limit});
}

void default_pod(core_v1::Pod& pod) {
  core_v1::PodSpec& spec = *pod.mutable_spec();
  for (auto* containers : {spec.mutable_containers(), spec.mutable_initcontainers()}) {
    for (auto& container : *containers) {
      request_limits(container);
      if (spec.hostnetwork()) use_host_ports(container);
    }
  }
  request_pod_limits(spec);
  if (!spec.has_enableservicelinks()) spec.set_enableservicelinks(true);
}

void default_pod_spec(core_v1::PodSpec& spec) {
  if (spec.dnspolicy().empty()) spec.set_dnspolicy("ClusterFirst");
  if (spec.restartpolicy().empty()) spec.set_restartpolicy("Always");
  spec.mutable_securitycontext();
  if (!spec.has_terminationgraceperiodseconds()) spec.set_terminationgraceperiodseconds(30);
  if (spec.schedulername().empty()) spec.set_schedulername("default-scheduler");
  // serviceAccount is the old name of the same field.
  if (spec.serviceaccountname().empty() && !spec.serviceaccount().empty()) {
    spec.set_serviceaccountname(spec.serviceaccount());
  }
  if (!spec.serviceaccountname().empty()) spec.set_serviceaccount(spec.serviceaccountname());
  round_amounts(*spec.mutable_overhead());
}

void default_probe(core_v1::Probe& probe) {
  if (probe.timeoutseconds() == 0) probe.set_timeoutseconds(1);
  if (probe.periodseconds() == 0) probe.set_periodseconds(10);
  if (probe.successthreshold() == 0) probe.set_successthreshold(1);
  if (probe.failurethreshold() == 0) probe.set_failurethreshold(3);
}

void default_http_get(core_v1::HTTPGetAction& action) {
  if (action.path().empty()) action.set_path("/");
  if (action.scheme().empty()) action.set_scheme("HTTP");
}

constexpr Defaulter kDefaulters[] = {
    {"k8s.io.api.core.v1.Container",
     default_as<core_v1::Container, default_container<core_v1::Container>>},
    {"k8s.io.api.core.v1.EphemeralContainerCommon",
     default_as<core_v1::EphemeralContainerCommon,
                default_container<core_v1::EphemeralContainerCommon>>},
    {"k8s.io.api.core.v1.Pod", default_as<core_v1::Pod, default_pod>},
    {"k8s.io.api.core.v1.PodSpec", default_as<core_v1::PodSpec, default_pod_spec>},
    {"k8s.io.api.core.v1.Probe", default_as<core_v1::Probe, default_probe>},
    {"k8s.io.api.core.v1.HTTPGetAction", default_as<core_v1::HTTPGetAction, default_http_get>},
};

}  // namespace

std::span<const Defaulter> pod_defaulters() { return kDefaulters; }

}  // namespace kubus::apiserver
