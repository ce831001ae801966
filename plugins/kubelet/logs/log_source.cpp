#include "log_source.h"

namespace kubus::kubelet {
namespace {

const core_v1::ContainerStatus* status_of(const core_v1::Pod& pod, const std::string& name) {
  const auto& status = pod.status();
  for (const auto* list : {&status.containerstatuses(), &status.initcontainerstatuses(),
                           &status.ephemeralcontainerstatuses()})
    for (const auto& container : *list)
      if (container.name() == name) return &container;
  return nullptr;
}

Status bad(std::string message) { return {Code::kBadRequest, std::move(message)}; }

Status nothing_yet(const core_v1::ContainerStatus* status, const std::string& subject) {
  if (!status) return bad(subject + " is not available");
  if (!status->state().has_waiting()) return bad(subject + " is waiting to start - no logs yet");
  const auto& reason = status->state().waiting().reason();
  const std::string why = reason == "ErrImagePull"       ? "image can't be pulled"
                          : reason == "ImagePullBackOff" ? "trying and failing to pull image"
                                                         : reason;
  return bad(subject + " is waiting to start: " + why);
}

}  // namespace

Result<runtime::Container> choose_log_container(const core_v1::Pod& pod, const std::string& name,
                                                const NodeRuntime::PodState& state, bool previous) {
  const std::string subject = "container \"" + name + "\" in pod \"" + pod.metadata().name() + "\"";
  std::vector<const runtime::Container*> started;  // newest first
  for (const auto& container : state.containers)
    if (container.config().name() == name && container.state() != runtime::CONTAINER_CREATED)
      started.push_back(&container);
  const auto* status = status_of(pod, name);
  if (!previous) {
    if (started.empty()) return nothing_yet(status, subject);
    return *started.front();
  }
  // One that waits for its next start has only a past.
  const bool waits = status && status->state().has_waiting();
  const std::size_t index = !started.empty() && waits && has_exited(*started.front()) ? 0 : 1;
  if (started.size() <= index || !has_exited(*started[index]))
    return bad("previous terminated " + subject + " not found");
  return *started[index];
}

}  // namespace kubus::kubelet
