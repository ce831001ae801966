// Model: the Services and EndpointSlices of a cluster, reduced to what a proxy needs.
//
// Thread safety: none; the owner serialises.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace kubus::proxy_nftables {

enum class Family { kIpv4, kIpv6 };

struct ServicePort {
  std::string name;
  std::string protocol;  // tcp, udp or sctp
  std::uint16_t port = 0;
  std::uint16_t node_port = 0;  // 0: none
};

struct Service {
  std::string key;  // namespace/name
  std::vector<std::string> cluster_ips;
  std::vector<std::string> external_ips;
  std::vector<std::string> load_balancer_ips;
  std::vector<std::string> source_ranges;  // who may use the load balancer's addresses; empty: all
  bool client_affinity = false;
  int affinity_seconds = 10800;
  bool internal_local = false;  // traffic policies
  bool external_local = false;
  std::vector<ServicePort> ports;
};

struct Endpoint {
  std::string address;
  bool ready = true;
  bool serving = true;
  bool terminating = false;
  bool on_this_node = false;
  // False when the slice does not say where it runs.
  bool node_known = true;
};

struct EndpointPort {
  std::string name;
  std::string protocol;
  std::uint16_t port = 0;
};

struct EndpointSlice {
  std::string service;  // namespace/name
  Family family = Family::kIpv4;
  std::vector<EndpointPort> ports;
  std::vector<Endpoint> endpoints;
};

class Model {
 public:
  void set_service(Service service);
  void remove_service(const std::string& key);
  // `id` is the slice's own namespace/name.
  void set_slice(const std::string& id, EndpointSlice slice);
  void remove_slice(const std::string& id);

  // Null when there is none (any more).
  const Service* service(const std::string& key) const;
  std::vector<const EndpointSlice*> slices(const std::string& service) const;
  std::vector<std::string> services() const;

  // Keys of the services that changed since the last call.
  std::set<std::string> take_changed();
  bool changed() const { return !changed_.empty(); }

 private:
  void unlink(const std::string& id);

  std::unordered_map<std::string, Service> services_;
  std::unordered_map<std::string, EndpointSlice> slices_;
  std::unordered_map<std::string, std::set<std::string>> slices_of_;
  std::set<std::string> changed_;
};

// The family of an address or range in text form: IPv6 has colons.
inline Family family_of(const std::string& address) {
  return address.find(':') == std::string::npos ? Family::kIpv4 : Family::kIpv6;
}

}  // namespace kubus::proxy_nftables
