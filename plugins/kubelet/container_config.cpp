#include "container_config.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "allocation.h"
#include "kubus/api/quantity.h"
#include "labels.h"

namespace kubus::kubelet {
namespace fs = std::filesystem;
namespace {

Status config_error(std::string message) { return Status(Code::kInvalid, std::move(message)); }

runtime::Mount::Propagation propagation_of(const std::string& mode) {
  if (mode == "HostToContainer") return runtime::Mount::HOST_TO_CONTAINER;
  if (mode == "Bidirectional") return runtime::Mount::BIDIRECTIONAL;
  return runtime::Mount::PRIVATE;
}

runtime::Mount& add_mount(runtime::ContainerConfig& config, const std::string& host,
                          const std::string& container, bool readonly) {
  auto& mount = *config.add_mounts();
  mount.set_host_path(host);
  mount.set_container_path(container);
  mount.set_readonly(readonly);
  return mount;
}

Status add_volumes(const ContainerPlan& plan, const std::map<std::string, std::string>& variables,
                   runtime::ContainerConfig& config) {
  for (const auto& wanted : plan.container.volumemounts()) {
    auto volume = plan.volumes.find(wanted.name());
    if (volume == plan.volumes.end())
      return config_error("volume \"" + wanted.name() + "\" does not exist");
    std::string host = volume->second;
    const std::string sub =
        wanted.subpathexpr().empty() ? wanted.subpath() : expand(wanted.subpathexpr(), variables);
    if (!sub.empty()) {
      const std::string& container = plan.container.name();
      const std::string place = plan.place.pod_dir + "/volume-subpaths/" + wanted.name() + "/" +
                                container + "/" + std::to_string(config.mounts_size());
      KUBUS_TRY(show_sub_path(
          host, sub, place,
          "volumeMount \"" + wanted.name() + "\" of container \"" + container + "\""));
      host = place;
    }
    std::string target = wanted.mountpath();
    if (!target.starts_with("/")) target = "/" + target;
    auto& mount = add_mount(config, host, target, wanted.readonly());
    mount.set_propagation(propagation_of(wanted.mountpropagation()));
    mount.set_recursive_readonly(wanted.recursivereadonly() == "Enabled");
  }
  return {};
}

bool mounts_at(const ContainerPlan& plan, const std::string& path) {
  for (const auto& mount : plan.container.volumemounts())
    if (mount.mountpath() == path) return true;
  return false;
}

// /etc/hosts is kept in the pod's directory; a container that mounts its own keeps that.
Status add_hosts_file(const ContainerPlan& plan, runtime::ContainerConfig& config) {
  if (mounts_at(plan, "/etc/hosts")) return {};
  const std::string path = plan.place.pod_dir + "/etc-hosts";
  if (!plan.pod.spec().hostnetwork()) {
    std::ofstream out(path, std::ios::trunc);
    out << hosts_file(plan.pod, plan.pod_ips, plan.place.cluster_domain);
    if (!out.flush()) return Status(Code::kInternalError, "cannot write " + path);
    add_mount(config, path, "/etc/hosts", false);
  }
  return {};
}

Status add_termination_log(const ContainerPlan& plan, runtime::ContainerConfig& config) {
  const std::string target = plan.container.terminationmessagepath().empty()
                                 ? "/dev/termination-log"
                                 : plan.container.terminationmessagepath();
  const std::string dir = plan.place.pod_dir + "/containers/" + plan.container.name();
  const std::string path = dir + "/" + std::to_string(plan.restarts);
  std::error_code error;
  fs::create_directories(dir, error);
  std::ofstream(path, std::ios::trunc).flush();
  if (::chmod(path.c_str(), 0666) != 0) return Status(Code::kInternalError, "cannot make " + path);
  add_mount(config, path, target, false);
  (*config.mutable_annotations())[kTerminationMessageHostPath] = path;
  return {};
}

void set_seccomp(const core_v1::SeccompProfile& from, runtime::SeccompProfile& to) {
  if (from.type() == "RuntimeDefault") to.set_kind(runtime::SeccompProfile::RUNTIME_DEFAULT);
  if (from.type() == "Localhost") {
    to.set_kind(runtime::SeccompProfile::LOCALHOST);
    to.set_path("/var/lib/kubelet/seccomp/" + from.localhostprofile());
  }
}

void add_capabilities(const core_v1::Capabilities& from, runtime::Capabilities& to) {
  for (const auto& name : from.add()) to.add_add(name);
  for (const auto& name : from.drop()) to.add_drop(name);
}

Status check_non_root(const ContainerPlan& plan, const runtime::SecurityContext& security) {
  const auto& own = plan.container.securitycontext();
  const auto& pod = plan.pod.spec().securitycontext();
  const bool required = own.has_runasnonroot() ? own.runasnonroot() : pod.runasnonroot();
  if (!required) return {};
  const std::string where = "(pod: \"" + plan.pod.metadata().name() + "_" +
                            plan.pod.metadata().namespace_() + "(" + plan.pod.metadata().uid() +
                            ")\", container: " + plan.container.name() + ")";
  if (security.has_user()) {
    if (security.user() == 0)
      return config_error("container's runAsUser breaks non-root policy " + where);
    return {};
  }
  if (!plan.image.user_name().empty())
    return config_error("container has runAsNonRoot and image has non-numeric user (" +
                        plan.image.user_name() + "), cannot verify user is non-root " + where);
  if (plan.image.uid() == 0)
    return config_error("container has runAsNonRoot and image will run as root " + where);
  return {};
}

Status set_security(const ContainerPlan& plan, runtime::ContainerConfig& config) {
  auto& out = *config.mutable_security();
  const auto& own = plan.container.securitycontext();
  const auto& pod = plan.pod.spec().securitycontext();
  const auto& spec = plan.pod.spec();
  auto& namespaces = *out.mutable_namespaces();
  namespaces.set_network(spec.hostnetwork() ? runtime::NODE : runtime::POD);
  namespaces.set_ipc(spec.hostipc() ? runtime::NODE : runtime::POD);
  namespaces.set_pid(spec.hostpid()                 ? runtime::NODE
                     : spec.shareprocessnamespace() ? runtime::POD
                                                    : runtime::CONTAINER);
  if (!plan.target_id.empty()) {
    namespaces.set_pid(runtime::TARGET);
    namespaces.set_target_id(plan.target_id);
  }
  if (own.has_runasuser())
    out.set_user(own.runasuser());
  else if (pod.has_runasuser())
    out.set_user(pod.runasuser());
  if (own.has_runasgroup())
    out.set_group(own.runasgroup());
  else if (pod.has_runasgroup())
    out.set_group(pod.runasgroup());
  for (const auto group : pod.supplementalgroups()) out.add_supplemental_groups(group);
  if (pod.has_fsgroup()) out.add_supplemental_groups(pod.fsgroup());
  if (pod.supplementalgroupspolicy() == "Strict") out.set_groups_policy(runtime::STRICT);
  out.set_privileged(own.privileged());
  add_capabilities(own.capabilities(), *out.mutable_capabilities());
  out.set_readonly_rootfs(own.readonlyrootfilesystem());
  out.set_no_new_privileges(own.has_allowprivilegeescalation() && !own.allowprivilegeescalation());
  out.set_unmasked(own.procmount() == "Unmasked");
  set_seccomp(own.has_seccompprofile() ? own.seccompprofile() : pod.seccompprofile(),
              *out.mutable_seccomp());
  return check_non_root(plan, out);
}

}  // namespace

runtime::Resources container_resources(const core_v1::Pod& pod, const core_v1::Container& container,
                                       std::int64_t node_memory) {
  runtime::Resources out;
  const auto& resources = container.resources();
  const auto find = [](const auto& map, const char* name) -> std::optional<QuantityValue> {
    auto it = map.find(name);
    if (it == map.end()) return std::nullopt;
    return QuantityValue::of(it->second);
  };
  const auto cpu_limit = find(resources.limits(), "cpu");
  auto cpu_request = find(resources.requests(), "cpu");
  if (!cpu_request) cpu_request = cpu_limit;
  const std::int64_t milli = cpu_request ? cpu_request->milli_value() : 0;
  out.set_cpu_shares(std::max<std::int64_t>(2, milli * 1024 / 1000));
  if (cpu_limit && !cpu_limit->is_zero()) {
    out.set_cpu_period(100'000);
    out.set_cpu_quota(std::max<std::int64_t>(1000, cpu_limit->milli_value() * 100));
  }
  if (const auto limit = find(resources.limits(), "memory")) out.set_memory_limit(limit->value());
  const std::string qos = qos_class(pod);
  if (qos == "Guaranteed") {
    out.set_oom_score_adj(-997);
  } else if (qos == "BestEffort" || node_memory <= 0) {
    out.set_oom_score_adj(1000);
  } else {
    const auto request = find(resources.requests(), "memory");
    const std::int64_t bytes = request ? request->value() : 0;
    const std::int64_t score = 1000 - 1000 * bytes / node_memory;
    out.set_oom_score_adj(std::clamp<std::int64_t>(score, 3, 999));
  }
  return out;
}

Result<runtime::ContainerConfig> container_config(const ContainerPlan& plan) {
  runtime::ContainerConfig config;
  const core_v1::Container& container = plan.container;
  const std::map<std::string, std::string> variables(plan.environment.begin(),
                                                     plan.environment.end());
  config.set_name(container.name());
  config.set_attempt(static_cast<std::uint32_t>(plan.restarts));
  config.set_image(plan.image.id());
  for (const auto& word : container.command()) config.add_command(expand(word, variables));
  for (const auto& word : container.args()) config.add_args(expand(word, variables));
  config.set_working_dir(container.workingdir());
  for (const auto& [name, value] : plan.environment) {
    auto& variable = *config.add_env();
    variable.set_key(name);
    variable.set_value(value);
  }
  config.set_tty(container.tty());
  config.set_stdin(container.stdin());
  config.set_stdin_once(container.stdinonce());
  config.set_log_path(container.name() + "/" + std::to_string(plan.restarts) + ".log");
  config.set_stop_signal(container.lifecycle().stopsignal());

  auto& labels = *config.mutable_labels();
  labels[kContainerName] = container.name();
  labels[kPodName] = plan.pod.metadata().name();
  labels[kPodNamespace] = plan.pod.metadata().namespace_();
  labels[kPodUid] = plan.pod.metadata().uid();
  auto& annotations = *config.mutable_annotations();
  annotations[kContainerHash] = container_hash(container);
  annotations[kContainerResources] = resources_text(container);
  annotations[kRestartCount] = std::to_string(plan.restarts);
  annotations[kTerminationMessagePolicy] = container.terminationmessagepolicy();
  switch (plan.kind) {
    case ContainerKind::kInit:
      annotations[kContainerKind] = "init";
      break;
    case ContainerKind::kSidecar:
      annotations[kContainerKind] = "sidecar";
      break;
    case ContainerKind::kRegular:
      annotations[kContainerKind] = "regular";
      break;
    case ContainerKind::kEphemeral:
      annotations[kContainerKind] = "ephemeral";
      break;
  }
  if (Status s = add_volumes(plan, variables, config); !s.ok()) return s;
  if (Status s = add_hosts_file(plan, config); !s.ok()) return s;
  if (Status s = add_termination_log(plan, config); !s.ok()) return s;
  if (Status s = set_security(plan, config); !s.ok()) return s;
  return config;
}

}  // namespace kubus::kubelet
