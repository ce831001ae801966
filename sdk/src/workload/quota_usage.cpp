#include <k8s/core/v1/persistent_volume_claim.pb.h>
#include <k8s/core/v1/pod.pb.h>
#include <k8s/core/v1/service.pb.h>

#include <algorithm>
#include <array>

#include "kubus/quota.h"

namespace kubus {
namespace {

constexpr std::string_view kCount = "count/";
constexpr std::string_view kRequests = "requests.";
constexpr std::string_view kHugePages = "hugepages-";
constexpr std::string_view kOfClass = ".storageclass.storage.k8s.io/";
constexpr const char* kBetaClass = "volume.beta.kubernetes.io/storage-class";

constexpr std::array<std::string_view, 10> kOfPods = {"pods",
                                                      "cpu",
                                                      "memory",
                                                      "ephemeral-storage",
                                                      "requests.cpu",
                                                      "requests.memory",
                                                      "limits.cpu",
                                                      "limits.memory",
                                                      "requests.ephemeral-storage",
                                                      "limits.ephemeral-storage"};
// Counted by their plain names too.
constexpr std::array<std::string_view, 4> kPlain = {"configmaps", "secrets", "resourcequotas",
                                                    "replicationcontrollers"};

template <std::size_t kSize>
bool among(const std::array<std::string_view, kSize>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

QuantityValue number(std::int64_t count) { return QuantityValue::from_int(count); }

bool is_native_resource(std::string_view name) {
  return name.find('/') == std::string_view::npos || name.find("kubernetes.io/") != name.npos;
}

Amounts compute_usage(const Amounts& requests, const Amounts& limits) {
  Amounts usage;
  for (const char* name : {"cpu", "memory", "ephemeral-storage"}) {
    if (const auto found = requests.find(name); found != requests.end()) {
      usage[name] = found->second;
      usage[std::string(kRequests) + name] = found->second;
    }
    if (const auto found = limits.find(name); found != limits.end())
      usage[std::string("limits.") + name] = found->second;
  }
  for (const auto& [name, amount] : requests) {
    if (name.starts_with(kHugePages)) usage[name] = amount;
    if (name.starts_with(kHugePages) || is_extended_resource(name))
      usage[std::string(kRequests) + name] = amount;
  }
  return usage;
}

void add_pod(const core_v1::Pod& pod, SystemTime now, Amounts& usage) {
  if (!counts_in_quota(pod, now)) return;
  usage["pods"] = number(1);
  add_amounts(usage, compute_usage(pod_requests_in_use(pod), pod_limits_in_use(pod)));
}

std::int64_t node_ports(const core_v1::ServiceSpec& spec) {
  if (spec.type() != "NodePort" && spec.type() != "LoadBalancer") return 0;
  const bool allocates = spec.type() == "NodePort" || !spec.has_allocateloadbalancernodeports() ||
                         spec.allocateloadbalancernodeports();
  if (allocates) return spec.ports_size();
  return std::count_if(spec.ports().begin(), spec.ports().end(),
                       [](const auto& port) { return port.nodeport() != 0; });
}

void add_service(const core_v1::Service& service, Amounts& usage) {
  usage["services"] = number(1);
  usage["services.nodeports"] = number(node_ports(service.spec()));
  usage["services.loadbalancers"] = number(service.spec().type() == "LoadBalancer" ? 1 : 0);
}

std::string class_of(const core_v1::PersistentVolumeClaim& claim) {
  const auto& annotations = claim.metadata().annotations();
  const auto found = annotations.find(kBetaClass);
  return found != annotations.end() ? found->second : claim.spec().storageclassname();
}

void add_claim(const core_v1::PersistentVolumeClaim& claim, Amounts& usage) {
  const std::string name = class_of(claim);
  const std::string of_class = name.empty() ? std::string() : name + std::string(kOfClass);
  usage["persistentvolumeclaims"] = number(1);
  if (!of_class.empty()) usage[of_class + "persistentvolumeclaims"] = number(1);
  Amounts storage = amounts_of(claim.spec().resources().requests());
  if (!storage.contains("storage")) return;
  raise_amounts(storage, amounts_of(claim.status().allocatedresources()));
  usage["requests.storage"] = storage["storage"];
  if (!of_class.empty()) usage[of_class + "requests.storage"] = storage["storage"];
}

bool bounds_pods(std::string_view name) {
  if (among(kOfPods, name) || name.starts_with(kHugePages)) return true;
  if (!name.starts_with(kRequests)) return false;
  const auto rest = name.substr(kRequests.size());
  return rest.starts_with(kHugePages) || !is_native_resource(name);
}

bool bounds_claims(std::string_view name) {
  return name == "requests.storage" || name == "persistentvolumeclaims" ||
         name.find(kOfClass) != std::string_view::npos;
}

const ResourceInfo* counted_resource(std::string_view name) {
  const auto dot = name.find('.');
  const auto plural = name.substr(0, dot);
  const auto group = dot == name.npos ? std::string_view() : name.substr(dot + 1);
  for (const auto* resource : newest_resources())
    if (resource->plural == plural && resource->group == group && resource->namespaced)
      return resource;
  return nullptr;
}

}  // namespace

bool is_extended_resource(std::string_view name) {
  return !is_native_resource(name) && !name.starts_with(kRequests);
}

bool counts_in_quota(const core_v1::Pod& pod, SystemTime now) {
  const auto& phase = pod.status().phase();
  if (phase == "Succeeded" || phase == "Failed") return false;
  const auto& metadata = pod.metadata();
  if (!metadata.has_deletiontimestamp() || !metadata.has_deletiongraceperiodseconds()) return true;
  return now <= to_time(metadata.deletiontimestamp()) +
                    std::chrono::seconds(metadata.deletiongraceperiodseconds());
}

Amounts container_usage(const core_v1::ResourceRequirements& resources) {
  return compute_usage(amounts_of(resources.requests()), amounts_of(resources.limits()));
}

Amounts quota_usage(const ResourceInfo& resource, const Message& object, SystemTime now) {
  Amounts usage;
  usage[std::string(kCount) + resource.group_resource()] = number(1);
  if (!resource.group.empty()) return usage;
  const auto& plural = resource.plural;
  if (plural == "pods") add_pod(static_cast<const core_v1::Pod&>(object), now, usage);
  if (plural == "services") add_service(static_cast<const core_v1::Service&>(object), usage);
  if (plural == "persistentvolumeclaims")
    add_claim(static_cast<const core_v1::PersistentVolumeClaim&>(object), usage);
  if (among(kPlain, plural)) usage[plural] = number(1);
  return usage;
}

const ResourceInfo* bounded_resource(std::string_view name) {
  if (name.starts_with(kCount)) return counted_resource(name.substr(kCount.size()));
  if (bounds_claims(name)) return counted_resource("persistentvolumeclaims");
  if (bounds_pods(name)) return counted_resource("pods");
  if (name == "services" || name.starts_with("services.")) return counted_resource("services");
  return among(kPlain, name) ? counted_resource(name) : nullptr;
}

bool bounds_resource(std::string_view name, const ResourceInfo& resource) {
  if (name.starts_with(kCount)) return name.substr(kCount.size()) == resource.group_resource();
  if (!resource.group.empty()) return false;
  const auto& plural = resource.plural;
  if (plural == "pods") return bounds_pods(name);
  if (plural == "persistentvolumeclaims") return bounds_claims(name);
  if (plural == "services")
    return name == "services" || name == "services.nodeports" || name == "services.loadbalancers";
  return among(kPlain, plural) && name == plural;
}

}  // namespace kubus
