// Short ways to write services and slices in tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "model.h"

namespace kubus::proxy_nftables {

inline Service service(const std::string& name, const std::string& ip, int port,
                       const std::string& protocol = "tcp") {
  Service out;
  out.key = "default/" + name;
  out.cluster_ips = {ip};
  out.ports = {{"", protocol, static_cast<std::uint16_t>(port), 0}};
  return out;
}

inline Endpoint endpoint(const std::string& address, bool local = true) {
  Endpoint out;
  out.address = address;
  out.on_this_node = local;
  return out;
}

inline EndpointSlice slice_of(const std::string& service, std::vector<Endpoint> endpoints, int port,
                              const std::string& protocol = "tcp") {
  EndpointSlice out;
  out.service = "default/" + service;
  if (!endpoints.empty()) out.family = family_of(endpoints.front().address);
  out.ports = {{"", protocol, static_cast<std::uint16_t>(port)}};
  out.endpoints = std::move(endpoints);
  return out;
}

inline EndpointSlice slice(const std::string& service, const std::vector<std::string>& addresses,
                           int port, const std::string& protocol = "tcp") {
  std::vector<Endpoint> endpoints;
  for (const auto& address : addresses) endpoints.push_back(endpoint(address));
  return slice_of(service, std::move(endpoints), port, protocol);
}

}  // namespace kubus::proxy_nftables
