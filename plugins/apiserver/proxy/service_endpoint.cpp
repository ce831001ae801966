#include "proxy/service_endpoint.h"

#include <k8s/core/v1/service.pb.h>
#include <k8s/discovery/v1/endpoint_slice.pb.h>

#include <optional>

#include "respond/api_errors.h"

namespace kubus::apiserver {
namespace {

// The name of the port that is meant.
std::optional<std::string> port_name(const core_v1::Service& service, const std::string& wanted) {
  const auto& ports = service.spec().ports();
  if (wanted.empty()) return ports.size() == 1 ? std::optional(ports[0].name()) : std::nullopt;
  for (const auto& port : ports)
    if (port.name() == wanted || std::to_string(port.port()) == wanted) return port.name();
  return std::nullopt;
}

void look_in(const discovery_v1::EndpointSlice& slice, const std::string& port_name,
             Endpoint& found) {
  std::uint16_t number = 0;
  for (const auto& port : slice.ports())
    if (port.name() == port_name) number = static_cast<std::uint16_t>(port.port());
  if (number == 0) return;
  for (const auto& endpoint : slice.endpoints()) {
    const bool ready = !endpoint.conditions().has_ready() || endpoint.conditions().ready();
    if (ready && endpoint.addresses_size() > 0) found = {endpoint.addresses(0), number};
  }
}

}  // namespace

Result<Endpoint> service_endpoint(ClusterCache& cache, const std::string& ns,
                                  const std::string& name, const std::string& port) {
  const auto stored = cache.find("", "services")->get(ns + "/" + name);
  if (!stored) return errors::not_found({"", "services", name});
  const auto message = stored->decode();
  const auto wanted = port_name(static_cast<const core_v1::Service&>(*message), port);
  const auto unavailable = [&](const std::string& what) {
    return Status(Code::kServiceUnavailable, what + " for service \"" + name + "\"");
  };
  if (!wanted) return unavailable("no service port \"" + port + "\" found");
  Endpoint found;
  cache.find("discovery.k8s.io", "endpointslices")->for_each(ns, [&](const ObjectPtr& object) {
    const auto* owner = find_label(object->labels(), "kubernetes.io/service-name");
    if (!found.host.empty() || !owner || *owner != name) return;
    const auto decoded = object->decode();
    look_in(static_cast<const discovery_v1::EndpointSlice&>(*decoded), *wanted, found);
  });
  if (found.host.empty()) return unavailable("no endpoints available");
  return found;
}

}  // namespace kubus::apiserver
