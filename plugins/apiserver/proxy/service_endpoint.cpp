#include "proxy/service_endpoint.h"

#include <k8s/core/v1/service.pb.h>
#include <k8s/discovery/v1/endpoint_slice.pb.h>

#include <atomic>
#include <optional>
#include <vector>

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
             std::vector<Endpoint>& found) {
  std::uint16_t number = 0;
  for (const auto& port : slice.ports())
    if (port.name() == port_name) number = static_cast<std::uint16_t>(port.port());
  if (number == 0) return;
  for (const auto& endpoint : slice.endpoints()) {
    const bool ready = !endpoint.conditions().has_ready() || endpoint.conditions().ready();
    if (ready && endpoint.addresses_size() > 0) found.push_back({endpoint.addresses(0), number});
  }
}

// Requests are spread over what is there.
std::size_t next_turn() {
  static std::atomic<std::size_t> turn{0};
  return turn.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

Result<Endpoint> service_endpoint(ClusterCache& cache, const std::string& ns,
                                  const std::string& name, const std::string& port) {
  const auto stored = cache.find("", "services")->get(ns + "/" + name);
  if (!stored) return errors::not_found({"", "services", name});
  const auto wanted = port_name(static_cast<const core_v1::Service&>(*stored->decoded()), port);
  const auto unavailable = [&](const std::string& what) {
    return Status(Code::kServiceUnavailable, what + " for service \"" + name + "\"");
  };
  if (!wanted) return unavailable("no service port \"" + port + "\" found");
  std::vector<Endpoint> found;
  cache.find("discovery.k8s.io", "endpointslices")->for_each(ns, [&](const ObjectPtr& object) {
    const auto* owner = find_label(object->labels(), "kubernetes.io/service-name");
    if (!owner || *owner != name) return;
    look_in(static_cast<const discovery_v1::EndpointSlice&>(*object->decoded()), *wanted, found);
  });
  if (found.empty()) return unavailable("no endpoints available");
  return std::move(found[next_turn() % found.size()]);
}

}  // namespace kubus::apiserver
