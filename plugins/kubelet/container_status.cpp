#include "container_status.h"

#include <fstream>

#include "kubus/api/time.h"
#include "labels.h"

namespace kubus::kubelet {
namespace {

constexpr std::size_t kLongestMessage = 4096;
constexpr std::size_t kLongestLogTail = 2048;

SystemTime at(std::int64_t nanoseconds) {
  return SystemTime(
      std::chrono::duration_cast<SystemTime::duration>(std::chrono::nanoseconds(nanoseconds)));
}

std::string container_id(const runtime::Container& container) {
  return "kubus://" + container.id();
}

std::string read_tail(const std::string& path, std::size_t limit) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return {};
  const auto size = static_cast<std::size_t>(file.tellg());
  const std::size_t take = std::min(size, limit);
  std::string text(take, '\0');
  file.seekg(static_cast<std::streamoff>(size - take));
  file.read(text.data(), static_cast<std::streamsize>(take));
  return text;
}

// The payload of CRI log lines: "<time> stdout F <text>".
std::string log_tail(const std::string& path) {
  const std::string raw = read_tail(path, 4 * kLongestLogTail);
  std::string out;
  std::size_t begin = 0;
  while (begin < raw.size()) {
    auto end = raw.find('\n', begin);
    if (end == std::string::npos) end = raw.size();
    const std::string_view line(raw.data() + begin, end - begin);
    auto text = line.find(' ');
    for (int i = 0; i < 2 && text != std::string_view::npos; ++i) text = line.find(' ', text + 1);
    if (text != std::string_view::npos) out += std::string(line.substr(text + 1)) + "\n";
    begin = end + 1;
  }
  return out.size() > kLongestLogTail ? out.substr(out.size() - kLongestLogTail) : out;
}

std::string termination_message(const runtime::Container& container) {
  const auto& annotations = container.config().annotations();
  std::string text;
  if (auto it = annotations.find(kTerminationMessageHostPath); it != annotations.end())
    text = read_tail(it->second, kLongestMessage);
  auto policy = annotations.find(kTerminationMessagePolicy);
  if (text.empty() && policy != annotations.end() && policy->second == "FallbackToLogsOnError" &&
      container.exit_code() != 0)
    text = log_tail(container.log_path());
  if (text.empty()) text = container.message();
  return text;
}

void set_terminated(const runtime::Container& container, core_v1::ContainerState& state) {
  auto& out = *state.mutable_terminated();
  out.set_exitcode(container.exit_code());
  out.set_reason(container.state() == runtime::CONTAINER_UNKNOWN ? "ContainerStatusUnknown"
                                                                 : container.reason());
  if (out.reason().empty()) out.set_reason(container.exit_code() == 0 ? "Completed" : "Error");
  if (auto message = termination_message(container); !message.empty()) out.set_message(message);
  // The runtime's zero is 1970, which is what one that never started has in the reference.
  set_time(*out.mutable_startedat(), at(container.started_at()));
  set_time(*out.mutable_finishedat(), at(container.finished_at()));
  out.set_containerid(container_id(container));
}

void set_waiting(const StatusInput& input, const std::string& name,
                 core_v1::ContainerState& state) {
  auto [reason, message] = input.waiting(name);
  if (reason.empty())
    reason = input.pod.spec().initcontainers().empty() ? "ContainerCreating" : "PodInitializing";
  state.mutable_waiting()->set_reason(reason);
  if (!message.empty()) state.mutable_waiting()->set_message(message);
}

void set_identity(const runtime::Container& container, core_v1::ContainerStatus& status) {
  status.set_imageid(container.image_ref());
  status.set_containerid(container_id(container));
  auto& user = *status.mutable_user()->mutable_linux();
  user.set_uid(container.uid());
  user.set_gid(container.gid());
  for (const auto group : container.groups()) user.add_supplementalgroups(group);
}

}  // namespace

core_v1::ContainerStatus make_container_status(const StatusInput& input,
                                               const core_v1::Container& spec, ContainerKind kind,
                                               const ContainerHistory& history) {
  core_v1::ContainerStatus status;
  status.set_name(spec.name());
  status.set_image(spec.image());
  status.set_imageid("");
  status.set_restartcount(history.restarts);
  status.set_ready(false);
  // Nobody asks what debugs a pod how it is.
  const bool is_asked = kind != ContainerKind::kEphemeral;
  if (is_asked) status.set_started(false);
  *status.mutable_laststate() = core_v1::ContainerState();
  const runtime::Container* now = history.current;
  if (!now || now->state() == runtime::CONTAINER_CREATED ||
      (is_running(*now) && input.starting(*now))) {
    set_waiting(input, spec.name(), *status.mutable_state());
  } else if (is_running(*now)) {
    set_time(*status.mutable_state()->mutable_running()->mutable_startedat(),
             at(now->started_at()));
    const bool started = input.started(*now);
    if (is_asked) status.set_started(started);
    // An init container is ready when it is through.
    status.set_ready(is_asked && kind != ContainerKind::kInit && started && input.ready(*now));
    set_identity(*now, status);
  } else {
    set_identity(*now, status);
    const bool comes_back = !input.terminating && !input.waiting(spec.name()).reason.empty() &&
                            should_restart(input.pod, kind, *now);
    set_terminated(*now, comes_back ? *status.mutable_laststate() : *status.mutable_state());
    if (comes_back) set_waiting(input, spec.name(), *status.mutable_state());
    if (kind == ContainerKind::kInit && !comes_back) status.set_ready(now->exit_code() == 0);
  }
  if (history.previous && has_exited(*history.previous) && !status.laststate().has_terminated())
    set_terminated(*history.previous, *status.mutable_laststate());
  if (spec.has_resources()) *status.mutable_resources() = spec.resources();
  *status.mutable_allocatedresources() = spec.resources().requests();
  for (const auto& mount : spec.volumemounts()) {
    auto& out = *status.add_volumemounts();
    out.set_name(mount.name());
    out.set_mountpath(mount.mountpath());
    out.set_readonly(mount.readonly());
    if (mount.readonly()) out.set_recursivereadonly("Disabled");
  }
  return status;
}

}  // namespace kubus::kubelet
