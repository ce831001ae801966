#include "pod_model.h"

#include <charconv>

#include "kubus/api/json.h"
#include "kubus/api/quantity.h"
#include "kubus/workload.h"
#include "labels.h"

namespace kubus::kubelet {
namespace {

bool is_sidecar(const core_v1::Container& container) {
  return container.restartpolicy() == "Always";
}

const core_v1::EphemeralContainer* find_ephemeral(const core_v1::Pod& pod, std::string_view name) {
  for (const auto& container : pod.spec().ephemeralcontainers())
    if (container.ephemeralcontainercommon().name() == name) return &container;
  return nullptr;
}

}  // namespace

std::vector<ContainerRef> containers_of(const core_v1::Pod& pod) {
  std::vector<ContainerRef> all;
  for (const auto& container : pod.spec().initcontainers())
    all.push_back(
        {is_sidecar(container) ? ContainerKind::kSidecar : ContainerKind::kInit, &container});
  for (const auto& container : pod.spec().containers())
    all.push_back({ContainerKind::kRegular, &container});
  return all;
}

const core_v1::Container* find_container(const core_v1::Pod& pod, std::string_view name) {
  for (const ContainerRef& container : containers_of(pod))
    if (container.spec->name() == name) return container.spec;
  return nullptr;
}

bool has_container(const core_v1::Pod& pod, std::string_view name) {
  return find_container(pod, name) || find_ephemeral(pod, name);
}

bool has_terminal(const core_v1::Pod& pod, std::string_view name) {
  if (const auto* container = find_container(pod, name)) return container->tty();
  const auto* ephemeral = find_ephemeral(pod, name);
  return ephemeral && ephemeral->ephemeralcontainercommon().tty();
}

core_v1::Container from_ephemeral(const core_v1::EphemeralContainer& container) {
  // The two messages have the same fields under the same numbers.
  core_v1::Container regular;
  regular.ParseFromString(container.ephemeralcontainercommon().SerializeAsString());
  return regular;
}

int restart_count(const runtime::Container& container) {
  auto it = container.config().annotations().find(kRestartCount);
  int count = 0;
  if (it != container.config().annotations().end())
    std::from_chars(it->second.data(), it->second.data() + it->second.size(), count);
  return count;
}

std::map<std::string, ContainerHistory> history_of(const NodeRuntime::PodState& state) {
  std::map<std::string, ContainerHistory> by_name;
  for (const runtime::Container& container : state.containers) {
    ContainerHistory& history = by_name[container.config().name()];
    if (!history.current) {
      history.current = &container;
      history.restarts = restart_count(container);
    } else if (!history.previous) {
      history.previous = &container;
    }
  }
  return by_name;
}

const runtime::Sandbox* ready_sandbox(const NodeRuntime::PodState& state) {
  if (state.sandboxes.empty()) return nullptr;
  const runtime::Sandbox& newest = state.sandboxes.front();
  return newest.state() == runtime::SANDBOX_READY ? &newest : nullptr;
}

bool is_finished(const core_v1::Pod& pod) {
  return pod.status().phase() == "Succeeded" || pod.status().phase() == "Failed";
}

std::string full_name(const core_v1::Pod& pod) {
  const auto& meta = pod.metadata();
  return meta.name() + "_" + meta.namespace_() + "(" + meta.uid() + ")";
}

std::string field_path(const core_v1::Pod& pod, std::string_view container) {
  const char* list = "spec.containers{";
  for (const auto& other : pod.spec().initcontainers())
    if (other.name() == container) list = "spec.initContainers{";
  for (const auto& other : pod.spec().ephemeralcontainers())
    if (other.ephemeralcontainercommon().name() == container) list = "spec.ephemeralContainers{";
  return list + std::string(container) + "}";
}

bool is_running(const runtime::Container& container) {
  return container.state() == runtime::CONTAINER_RUNNING;
}
bool has_exited(const runtime::Container& container) {
  return container.state() == runtime::CONTAINER_EXITED ||
         container.state() == runtime::CONTAINER_UNKNOWN;
}

bool is_ephemeral(const runtime::Container& container) {
  auto kind = container.config().annotations().find(kContainerKind);
  return kind != container.config().annotations().end() && kind->second == "ephemeral";
}

bool should_restart(const core_v1::Pod& pod, ContainerKind kind,
                    const runtime::Container& container) {
  if (kind == ContainerKind::kSidecar) return true;
  if (kind == ContainerKind::kEphemeral) return false;
  const std::string& policy = pod.spec().restartpolicy();
  if (policy == "Never") return false;
  // An init container that has done its work stays done.
  if (policy == "OnFailure" || kind == ContainerKind::kInit) return container.exit_code() != 0;
  return true;
}

std::string container_hash(const core_v1::Container& container) {
  core_v1::Container relevant = container;
  // Resources can change in place.
  relevant.clear_resources();
  return safe_hash(to_json(relevant));
}

std::string qos_class(const core_v1::Pod& pod) {
  // What the API server has said stays: the status may not change it.
  if (!pod.status().qosclass().empty()) return pod.status().qosclass();
  bool any = false;
  bool guaranteed = true;
  const auto add = [&](const core_v1::ResourceRequirements& resources) {
    const auto find = [](const auto& amounts, const char* name) {
      const auto found = amounts.find(name);
      return found == amounts.end() ? QuantityValue() : QuantityValue::of(found->second);
    };
    for (const char* name : {"cpu", "memory"}) {
      const QuantityValue limit = find(resources.limits(), name);
      const QuantityValue request = find(resources.requests(), name);
      any = any || !limit.is_zero() || !request.is_zero();
      if (limit.is_zero() || (!request.is_zero() && request != limit)) guaranteed = false;
    }
  };
  const auto& whole = pod.spec().resources();
  if (whole.limits_size() + whole.requests_size() > 0) {
    add(whole);
  } else {
    for (const ContainerRef& container : containers_of(pod)) add(container.spec->resources());
  }
  if (!any) return "BestEffort";
  return guaranteed ? "Guaranteed" : "Burstable";
}

}  // namespace kubus::kubelet
