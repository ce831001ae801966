// ConfigMaps, Secrets and Services for tests, kept in maps.
#pragma once

#include <k8s/core/v1/config_map.pb.h>
#include <k8s/core/v1/secret.pb.h>
#include <k8s/core/v1/service.pb.h>

#include <map>
#include <string>
#include <vector>

#include "environment.h"

namespace kubus::kubelet::test {

struct Objects {
  using Data = std::map<std::string, std::string>;
  std::map<std::string, Data> config_maps, secrets;  // by name, in namespace "default"
  std::map<std::string, Data> binary;                // binaryData of ConfigMaps
  std::vector<ObjectSource::ServicePtr> services;

  ObjectSource source() const {
    ObjectSource out;
    out.config_map = [this](const std::string&,
                            const std::string& name) -> Result<ObjectSource::ConfigMapPtr> {
      auto it = config_maps.find(name);
      if (it == config_maps.end())
        return Status(Code::kNotFound, "configmap \"" + name + "\" not found");
      auto map = std::make_shared<core_v1::ConfigMap>();
      *map->mutable_data() = {it->second.begin(), it->second.end()};
      if (auto more = binary.find(name); more != binary.end())
        *map->mutable_binarydata() = {more->second.begin(), more->second.end()};
      return ObjectSource::ConfigMapPtr(map);
    };
    out.secret = [this](const std::string&,
                        const std::string& name) -> Result<ObjectSource::SecretPtr> {
      auto it = secrets.find(name);
      if (it == secrets.end()) return Status(Code::kNotFound, "secret \"" + name + "\" not found");
      auto secret = std::make_shared<core_v1::Secret>();
      *secret->mutable_data() = {it->second.begin(), it->second.end()};
      return ObjectSource::SecretPtr(secret);
    };
    out.token = [](const core_v1::Pod& pod, const core_v1::ServiceAccountTokenProjection& source) {
      return Result<std::string>("token of " + pod.metadata().name() + " for " + source.audience());
    };
    out.services = [this](const std::string& ns) {
      std::vector<ObjectSource::ServicePtr> found;
      for (const auto& service : services)
        if (service->metadata().namespace_() == ns) found.push_back(service);
      return found;
    };
    return out;
  }

  void add_service(const std::string& ns, const std::string& name, const std::string& ip, int port,
                   const std::string& port_name = "") {
    auto service = std::make_shared<core_v1::Service>();
    service->mutable_metadata()->set_namespace_(ns);
    service->mutable_metadata()->set_name(name);
    service->mutable_spec()->set_clusterip(ip);
    auto& added = *service->mutable_spec()->add_ports();
    added.set_port(port);
    added.set_name(port_name);
    services.push_back(std::move(service));
  }
};

}  // namespace kubus::kubelet::test
