#include "containers.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "bundle.h"
#include "conmon.h"
#include "file_arrival.h"

namespace kubus::runtime_oci {
namespace {

constexpr int kStartFailed = 128;
constexpr std::chrono::seconds kReopenPatience(10);

ConmonOptions conmon_options(const Node& node, const runtime::Container& container) {
  ConmonOptions options;
  options.conmon = node.conmon;
  options.runtime = node.oci.command({});
  options.id = container.id();
  options.name = container.config().name();
  options.bundle = node.settings.container(container.id());
  options.log_path = container.log_path();
  options.exit_dir = node.settings.exits();
  options.attach_dir = node.settings.attach_dir();
  options.tty = container.config().tty();
  options.has_stdin = container.config().stdin();
  options.stdin_once = container.config().stdin_once();
  return options;
}

Status prepare_log(const std::string& path) {
  if (path.empty()) return {};
  KUBUS_TRY(make_dirs(std::filesystem::path(path).parent_path().string(), 0755));
  return {};
}

}  // namespace

std::string container_cgroup(const runtime::Sandbox& sandbox, const std::string& id) {
  return sandbox.config().cgroup_parent() + "/" + id;
}

Result<runtime::Container> Containers::create(const std::string& sandbox_id,
                                              const runtime::ContainerConfig& config) {
  const auto owner = node_.registry.sandbox(sandbox_id);
  if (!owner.ok()) return owner.status();
  const std::lock_guard operation((*owner)->operation);
  const auto sandbox = node_.registry.describe(*owner);
  if (sandbox.state() != runtime::SANDBOX_READY)
    return Status(Code::kConflict, "sandbox \"" + sandbox_id + "\" is not ready");
  auto entry = std::make_shared<ContainerEntry>();
  auto& container = entry->record.message;
  container.set_id(random_id());
  container.set_sandbox_id(sandbox_id);
  container.set_pod_uid(sandbox.config().pod_uid());
  container.set_state(runtime::CONTAINER_CREATED);
  container.set_created_at(now_ns());
  *container.mutable_config() = config;
  entry->cgroup = container_cgroup(sandbox, container.id());
  KUBUS_TRY(hold_images(node_, container));
  const auto directory = node_.settings.container(container.id());
  Status status = make_dirs(directory);
  if (status.ok()) status = make_bundle(node_, sandbox, container);
  if (status.ok()) status = node_.registry.save(*entry);
  if (!status.ok()) {
    unmount_bundle(node_, container.id());
    (void)remove_tree(directory).ok();
    release_images(node_, container);
    return status;
  }
  const runtime::Container result = container;
  node_.registry.add(result.id(), entry);
  node_.events.container(runtime::Event::CONTAINER_CREATED, result);
  return result;
}

Status Containers::launch(const ContainerPtr& entry) {
  const auto container = node_.registry.describe(entry);
  KUBUS_TRY(prepare_log(container.log_path()));
  const auto processes = launch_conmon(conmon_options(node_, container));
  if (!processes.ok()) return processes.status();
  {
    const std::lock_guard lock(node_.registry.mutex);
    entry->record.process = processes->container;
    entry->record.monitor = processes->monitor;
    KUBUS_TRY(node_.registry.save(*entry));
  }
  return node_.oci.start(container.id());
}

Result<runtime::Container> Containers::start(const std::string& id) {
  const auto found = node_.registry.container(id);
  if (!found.ok()) return found.status();
  const auto& entry = *found;
  const std::lock_guard operation(entry->operation);
  if (node_.registry.describe(entry).state() != runtime::CONTAINER_CREATED)
    return Status(Code::kConflict, "container \"" + id + "\" was started before");
  if (const auto status = launch(entry); !status.ok()) {
    fail_start(entry, status);
    return status;
  }
  runtime::Container result;
  {
    const std::lock_guard lock(node_.registry.mutex);
    auto& container = entry->record.message;
    container.set_state(runtime::CONTAINER_RUNNING);
    container.set_started_at(now_ns());
    container.set_pid(entry->record.process.pid);
    if (const auto saved = node_.registry.save(*entry); !saved.ok())
      node_.log.warn("state of a container is not on disk", {{"error", saved.message()}});
    result = container;
    // Under the mutex, as its end may be noticed at once: nobody hears of that first.
    node_.events.container(runtime::Event::CONTAINER_STARTED, result);
  }
  watch(entry);
  // It may have ended before it counted as running.
  if (exists(node_.settings.exits() + "/" + id)) on_exit_file(id);
  return result;
}

void Containers::fail_start(const ContainerPtr& entry, const Status& why) {
  ProcessId process;
  ProcessId monitor;
  {
    const std::lock_guard lock(node_.registry.mutex);
    process = entry->record.process;
    monitor = entry->record.monitor;
  }
  (void)process.signal(SIGKILL).ok();
  wait_gone(monitor, std::chrono::seconds(5));
  (void)monitor.signal(SIGKILL).ok();
  finish(entry, {kStartFailed, now_ns(), "StartError", why.message()});
}

void Containers::watch(const ContainerPtr& entry) {
  ProcessId monitor;
  std::string id;
  {
    const std::lock_guard lock(node_.registry.mutex);
    monitor = entry->record.monitor;
    id = entry->record.message.id();
  }
  auto made = watch_process(node_, monitor, [this, id] { on_monitor_gone(id); });
  const std::lock_guard lock(node_.registry.mutex);
  entry->watch = std::move(made);
}

Status Containers::signal(const std::string& id, const std::string& name) {
  const auto entry = node_.registry.container(id);
  if (!entry.ok()) return entry.status();
  const int number = signal_number(name);
  if (number == 0) return {Code::kInvalid, "unknown signal \"" + name + "\""};
  ProcessId process;
  {
    const std::lock_guard lock(node_.registry.mutex);
    if ((*entry)->record.message.state() != runtime::CONTAINER_RUNNING)
      return {Code::kConflict, "container \"" + id + "\" does not run"};
    process = (*entry)->record.process;
    if (number == SIGKILL) (*entry)->killed = true;
  }
  return process.signal(number);
}

Result<runtime::Container> Containers::update(const std::string& id,
                                              const runtime::Resources& resources) {
  const auto found = node_.registry.container(id);
  if (!found.ok()) return found.status();
  const auto& entry = *found;
  const std::lock_guard operation(entry->operation);
  const auto now = node_.registry.describe(entry);
  if (now.state() != runtime::CONTAINER_RUNNING)
    return Status(Code::kConflict, "container \"" + id + "\" does not run");
  KUBUS_TRY(node_.cgroups.apply(entry->cgroup, resources));
  if (resources.has_oom_score_adj())
    KUBUS_TRY(write_existing("/proc/" + std::to_string(now.pid()) + "/oom_score_adj",
                             std::to_string(resources.oom_score_adj())));
  const std::lock_guard lock(node_.registry.mutex);
  // Merging leaves what is not set as it was.
  entry->record.message.mutable_config()->mutable_resources()->MergeFrom(resources);
  KUBUS_TRY(node_.registry.save(*entry));
  return entry->record.message;
}

Status Containers::reopen_log(const std::string& id) {
  const auto entry = node_.registry.container(id);
  if (!entry.ok()) return entry.status();
  const auto container = node_.registry.describe(*entry);
  if (container.state() != runtime::CONTAINER_RUNNING)
    return {Code::kConflict, "container \"" + id + "\" does not run"};
  if (container.log_path().empty()) return {};
  const std::lock_guard operation((*entry)->operation);
  ProcessId monitor;
  {
    const std::lock_guard lock(node_.registry.mutex);
    monitor = (*entry)->record.monitor;
  }
  const auto ended = monitor.open();
  if (!ended.ok()) return ended.status();
  const std::filesystem::path path(container.log_path());
  auto log = FileArrival::watch(path.parent_path().string());
  if (!log.ok()) return log.status();
  KUBUS_TRY(conmon_reopen_log(node_.settings.container(id)));
  if (log->wait(path.filename().string(), kReopenPatience, ended->get())) return {};
  return {Code::kTimeout, "conmon has not opened the log of container \"" + id + "\" again"};
}

}  // namespace kubus::runtime_oci
