#include "kubus/service_pods.h"

#include <k8s/core/v1/pod.pb.h>
#include <k8s/core/v1/service.pb.h>

#include "kubus/api/int_or_string.h"

namespace kubus {
namespace {

std::optional<std::int32_t> named_port(const core_v1::Container& container, const std::string& name,
                                       const std::string& protocol) {
  for (const auto& port : container.ports()) {
    const std::string& own = port.protocol().empty() ? "TCP" : port.protocol();
    if (port.name() == name && own == protocol) return port.containerport();
  }
  return std::nullopt;
}

}  // namespace

bool is_selecting(const core_v1::Service& service) {
  return !service.spec().selector().empty() && service.spec().type() != "ExternalName";
}

bool selects(const core_v1::Service& service, const core_v1::Pod& pod) {
  const auto& labels = pod.metadata().labels();
  for (const auto& [key, value] : service.spec().selector()) {
    auto it = labels.find(key);
    if (it == labels.end() || it->second != value) return false;
  }
  return is_selecting(service);
}

std::optional<std::int32_t> target_port(const core_v1::Pod& pod, const core_v1::ServicePort& port) {
  if (!is_string(port.targetport())) {
    const std::int32_t number = port.targetport().intval();
    return number ? number : port.port();
  }
  const std::string name = to_string(port.targetport());
  const std::string protocol = protocol_of(port);
  for (const auto& container : pod.spec().containers())
    if (auto found = named_port(container, name, protocol)) return found;
  for (const auto& container : pod.spec().initcontainers()) {
    if (container.restartpolicy() != "Always") continue;
    if (auto found = named_port(container, name, protocol)) return found;
  }
  return std::nullopt;
}

std::string protocol_of(const core_v1::ServicePort& port) {
  return port.protocol().empty() ? "TCP" : port.protocol();
}

}  // namespace kubus
