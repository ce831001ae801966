#include "node_status.h"

#include <algorithm>

#include "kubus/api/quantity.h"
#include "kubus/api/time.h"

namespace kubus::kubelet {
namespace {

constexpr const char* kVersion = "v1.35.0+kubus";

void set_condition(core_v1::NodeStatus& status, const char* type, bool is_true, const char* reason,
                   const std::string& message, bool heartbeat) {
  core_v1::NodeCondition* condition = nullptr;
  for (auto& candidate : *status.mutable_conditions())
    if (candidate.type() == type) condition = &candidate;
  const std::string value = is_true ? "True" : "False";
  if (!condition) {
    condition = status.add_conditions();
    condition->set_type(type);
  }
  if (condition->status() != value) {
    condition->set_status(value);
    set_now(*condition->mutable_lasttransitiontime());
    heartbeat = true;
  }
  if (condition->reason() != reason || condition->message() != message) heartbeat = true;
  condition->set_reason(reason);
  condition->set_message(message);
  if (heartbeat) set_now(*condition->mutable_lastheartbeattime());
}

std::string not_ready_reason(const NodeHealth& health) {
  if (!health.runtime.ok())
    return "container runtime is down: " + health.runtime.status().message();
  if (!health.runtime->ready()) return "container runtime not ready: " + health.runtime->message();
  if (!health.network.ok())
    return "container runtime network not ready: " + health.network.status().message();
  if (!health.network->ready())
    return "container runtime network not ready: NetworkReady=false reason:" +
           health.network->reason() + " message:" + health.network->message();
  return "";
}

void set_quantity(google::protobuf::Map<std::string, Quantity>& map, const char* name,
                  const QuantityValue& value) {
  value.store(map[name]);
}

void set_sizes(core_v1::NodeStatus& status, const NodeIdentity& identity) {
  const Machine& machine = identity.machine;
  for (auto* map : {status.mutable_capacity(), status.mutable_allocatable()}) {
    set_quantity(*map, "cpu", QuantityValue::from_int(machine.cpus));
    set_quantity(*map, "memory",
                 QuantityValue::from_int(machine.memory_bytes, QuantityFormat::kBinarySi));
    set_quantity(*map, "ephemeral-storage",
                 QuantityValue::from_int(machine.disk_bytes, QuantityFormat::kBinarySi));
    for (const std::string& size : machine.hugepage_sizes)
      set_quantity(*map, ("hugepages-" + size).c_str(),
                   QuantityValue::from_int(0, QuantityFormat::kBinarySi));
    set_quantity(*map, "pods", QuantityValue::from_int(identity.max_pods));
  }
}

// The largest ones first, and no more than the reference lists.
void set_images(core_v1::NodeStatus& status, std::vector<runtime::Image> images) {
  constexpr std::size_t kMostImages = 50;
  constexpr std::size_t kMostNames = 5;
  std::sort(images.begin(), images.end(), [](const auto& a, const auto& b) {
    return std::pair(b.size(), a.id()) < std::pair(a.size(), b.id());
  });
  status.clear_images();
  for (const runtime::Image& image : images) {
    if (static_cast<std::size_t>(status.images_size()) == kMostImages) break;
    std::vector<std::string> names(image.repo_digests().begin(), image.repo_digests().end());
    names.insert(names.end(), image.repo_tags().begin(), image.repo_tags().end());
    if (names.empty()) continue;
    if (names.size() > kMostNames) names.resize(kMostNames);
    auto& out = *status.add_images();
    for (std::string& name : names) out.add_names(std::move(name));
    out.set_sizebytes(static_cast<std::int64_t>(image.size()));
  }
}

void set_info(core_v1::NodeStatus& status, const NodeIdentity& identity, const NodeHealth& health) {
  const Machine& machine = identity.machine;
  auto& info = *status.mutable_nodeinfo();
  info.set_machineid(machine.machine_id);
  info.set_systemuuid(machine.system_uuid);
  info.set_bootid(machine.boot_id);
  info.set_kernelversion(machine.kernel_version);
  info.set_osimage(machine.os_image);
  info.set_operatingsystem("linux");
  info.set_architecture(machine.architecture);
  info.set_kubeletversion(kVersion);
  info.set_kubeproxyversion("");
  if (health.runtime.ok())
    info.set_containerruntimeversion("kubus://" + health.runtime->runtime_version());
}

}  // namespace

void update_node_status(core_v1::Node& node, const NodeIdentity& identity, const NodeHealth& health,
                        bool heartbeat) {
  auto& status = *node.mutable_status();
  set_sizes(status, identity);
  set_info(status, identity, health);
  if (health.images.ok()) set_images(status, *health.images);
  status.clear_addresses();
  auto& ip = *status.add_addresses();
  ip.set_type("InternalIP");
  ip.set_address(identity.ip);
  auto& hostname = *status.add_addresses();
  hostname.set_type("Hostname");
  hostname.set_address(identity.name);
  status.mutable_daemonendpoints()->mutable_kubeletendpoint()->set_port(identity.kubelet_port);
  set_condition(status, "MemoryPressure", false, "KubeletHasSufficientMemory",
                "kubelet has sufficient memory available", heartbeat);
  set_condition(status, "DiskPressure", false, "KubeletHasNoDiskPressure",
                "kubelet has no disk pressure", heartbeat);
  set_condition(status, "PIDPressure", false, "KubeletHasSufficientPID",
                "kubelet has sufficient PID available", heartbeat);
  const std::string problem = not_ready_reason(health);
  set_condition(status, "Ready", problem.empty(),
                problem.empty() ? "KubeletReady" : "KubeletNotReady",
                problem.empty() ? "kubelet is posting ready status" : problem, heartbeat);
}

std::string event_of(const core_v1::NodeCondition& condition) {
  if (condition.type() == "Ready")
    return condition.status() == "True" ? "NodeReady" : "NodeNotReady";
  if (condition.type() == "MemoryPressure") return "NodeHasSufficientMemory";
  if (condition.type() == "DiskPressure") return "NodeHasNoDiskPressure";
  if (condition.type() == "PIDPressure") return "NodeHasSufficientPID";
  return "";
}

core_v1::Node new_node(const NodeIdentity& identity) {
  core_v1::Node node;
  auto& meta = *node.mutable_metadata();
  meta.set_name(identity.name);
  auto& labels = *meta.mutable_labels();
  labels = {identity.labels.begin(), identity.labels.end()};
  labels["kubernetes.io/hostname"] = identity.name;
  labels["kubernetes.io/os"] = labels["beta.kubernetes.io/os"] = "linux";
  labels["kubernetes.io/arch"] = labels["beta.kubernetes.io/arch"] = identity.machine.architecture;
  return node;
}

}  // namespace kubus::kubelet
