#include "sandboxes.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>

#include "overlay.h"
#include "pause_process.h"

namespace kubus::runtime_oci {
namespace {

constexpr std::chrono::seconds kStopGrace(2);
constexpr std::chrono::seconds kHolderPatience(10);

const runtime::NamespaceOptions& namespaces(const runtime::Sandbox& sandbox) {
  return sandbox.config().security().namespaces();
}

PauseOptions pause_options(const Settings& settings, const runtime::Sandbox& sandbox) {
  PauseOptions options;
  options.program = settings.helper_dir + "/oci-pause";
  options.sandbox_id = sandbox.id();
  options.hostname = sandbox.config().hostname();
  options.empty_root = settings.empty_root();
  options.network = namespaces(sandbox).network() != runtime::NODE;
  options.ipc = namespaces(sandbox).ipc() != runtime::NODE;
  options.pid = namespaces(sandbox).pid() == runtime::POD;
  if (options.network) {
    // In a network of its own no port needs protection from the pod's users.
    options.sysctls["net.ipv4.ip_unprivileged_port_start"] = "0";
    options.sysctls["net.ipv4.ping_group_range"] = "0 2147483647";
  }
  for (const auto& [name, value] : sandbox.config().sysctls()) options.sysctls[name] = value;
  return options;
}

// Calls `done` once, with the first failure, when `count` parts have ended.
class Gather {
 public:
  Gather(std::size_t count, Done done) : left_(count), done_(std::move(done)) {}
  void part(const Status& status) {
    bool last = false;
    {
      const std::lock_guard lock(mutex_);
      if (first_.ok() && !status.ok()) first_ = status;
      last = --left_ == 0;
    }
    if (last) done_(first_);
  }

 private:
  std::mutex mutex_;
  std::size_t left_;
  Status first_;
  Done done_;
};

}  // namespace

std::string Sandboxes::cgroup_of(const runtime::Sandbox& sandbox) const {
  return sandbox.config().cgroup_parent() + "/" + sandbox.id();
}

Status Sandboxes::prepare(const runtime::Sandbox& sandbox) {
  const auto& config = sandbox.config();
  const auto directory = node_.settings.sandbox(sandbox.id());
  KUBUS_TRY(make_dirs(directory));
  KUBUS_TRY(node_.cgroups.create(cgroup_of(sandbox)));
  if (config.has_resources())
    KUBUS_TRY(node_.cgroups.apply(config.cgroup_parent(), config.resources()));
  if (namespaces(sandbox).ipc() != runtime::NODE) {
    const auto shm = node_.settings.shm(sandbox.id());
    KUBUS_TRY(make_dirs(shm));
    KUBUS_TRY(mount_tmpfs(shm, "mode=1777,size=" + std::to_string(node_.settings.shm_bytes)));
  }
  std::string hostname = config.hostname();
  if (hostname.empty()) {
    char name[256] = {};
    ::gethostname(name, sizeof name - 1);
    hostname = name;
  }
  KUBUS_TRY(write_file(directory + "/hostname", hostname + "\n", 0644, false));
  std::string resolv = config.resolv_conf();
  if (resolv.empty())
    if (auto node_file = read_file("/etc/resolv.conf"); node_file.ok()) resolv = *node_file;
  KUBUS_TRY(write_file(directory + "/resolv.conf", resolv, 0644, false));
  if (config.log_directory().empty()) return {};
  return make_dirs(config.log_directory(), 0755);
}

Status Sandboxes::start_holder(SandboxEntry& entry) {
  auto& sandbox = entry.record.message;
  const auto holder = launch_pause(pause_options(node_.settings, sandbox));
  if (!holder.ok()) return holder.status();
  entry.record.process = *holder;
  if (const auto attached = node_.cgroups.attach(cgroup_of(sandbox), holder->pid); !attached.ok()) {
    (void)holder->signal(SIGKILL).ok();
    return attached;
  }
  sandbox.set_pid(holder->pid);
  sandbox.set_state(runtime::SANDBOX_READY);
  if (namespaces(sandbox).network() != runtime::NODE)
    sandbox.set_netns("/proc/" + std::to_string(holder->pid) + "/ns/net");
  return {};
}

Result<runtime::Sandbox> Sandboxes::run(const runtime::SandboxConfig& config) {
  auto entry = std::make_shared<SandboxEntry>();
  auto& sandbox = entry->record.message;
  sandbox.set_id(random_id());
  sandbox.set_state(runtime::SANDBOX_NOT_READY);
  sandbox.set_created_at(now_ns());
  *sandbox.mutable_config() = config;
  if (config.cgroup_parent().empty())
    sandbox.mutable_config()->set_cgroup_parent(node_.settings.default_cgroup + "/pod" +
                                                config.pod_uid());
  const auto id = sandbox.id();
  Status status = prepare(sandbox);
  // Before the holder exists, so that a crash in between leaves a name for it.
  if (status.ok()) status = node_.registry.save(*entry);
  if (status.ok()) status = start_holder(*entry);
  if (status.ok()) status = node_.registry.save(*entry);
  if (!status.ok()) {
    (void)entry->record.process.signal(SIGKILL).ok();
    wait_gone(entry->record.process, kHolderPatience);
    release(sandbox);
    (void)remove_tree(node_.settings.sandbox(id)).ok();
    return status;
  }
  const runtime::Sandbox result = sandbox;
  node_.registry.add(id, entry);
  node_.events.sandbox(runtime::Event::SANDBOX_READY, result);
  watch(entry);
  return result;
}

void Sandboxes::watch(const SandboxPtr& entry) {
  ProcessId holder;
  std::string id;
  {
    const std::lock_guard lock(node_.registry.mutex);
    holder = entry->record.process;
    id = entry->record.message.id();
  }
  auto made = watch_process(node_, holder, [this, id] { on_holder_gone(id); });
  const std::lock_guard lock(node_.registry.mutex);
  entry->watch = std::move(made);
}

void Sandboxes::on_holder_gone(const std::string& id) {
  const auto entry = node_.registry.sandbox(id);
  if (!entry.ok()) return;
  runtime::Sandbox sandbox;
  {
    const std::lock_guard lock(node_.registry.mutex);
    auto& record = (*entry)->record;
    if (record.message.state() == runtime::SANDBOX_NOT_READY) return;
    record.message.set_state(runtime::SANDBOX_NOT_READY);
    record.message.set_pid(0);
    record.message.clear_netns();
    (void)node_.registry.save(**entry).ok();
    sandbox = record.message;
  }
  node_.events.sandbox(runtime::Event::SANDBOX_STOPPED, sandbox);
}

void Sandboxes::release(const runtime::Sandbox& sandbox) {
  const auto shm = node_.settings.shm(sandbox.id());
  if (const auto gone = unmount(shm); !gone.ok())
    node_.log.warn("shared memory of a sandbox stays mounted", {{"error", gone.message()}});
  ::rmdir(shm.c_str());
  if (!sandbox.config().cgroup_parent().empty()) node_.cgroups.remove(cgroup_of(sandbox));
}

void Sandboxes::stop(const std::string& id, Done done) {
  const auto entry = node_.registry.sandbox(id);
  if (!entry.ok()) return done({});
  const auto containers = node_.registry.containers_of(id);
  auto gather = std::make_shared<Gather>(
      containers.size() + 1, [this, entry = *entry, done = std::move(done)](Status status) {
        if (!status.ok()) return done(status);
        const bool posted = node_.pool.post([this, entry, done] { done(finish_stop(entry)); });
        if (!posted) done(Status(Code::kDraining, "the runtime is stopping"));
      });
  for (const auto& container : containers)
    containers_.stop(node_.registry.describe(container).id(), kStopGrace, "",
                     [gather](const Status& status) { gather->part(status); });
  gather->part({});
}

Status Sandboxes::finish_stop(const SandboxPtr& entry) {
  const std::lock_guard operation(entry->operation);
  ProcessId holder;
  runtime::Sandbox sandbox;
  {
    const std::lock_guard lock(node_.registry.mutex);
    holder = entry->record.process;
    sandbox = entry->record.message;
  }
  KUBUS_TRY(holder.signal(SIGKILL));
  if (!wait_gone(holder, kHolderPatience))
    return {Code::kTimeout, "the sandbox's holder does not end"};
  on_holder_gone(sandbox.id());
  for (const auto& container : node_.registry.containers_of(sandbox.id()))
    containers_.release(container);
  release(sandbox);
  return {};
}

void Sandboxes::remove(const std::string& id, Done done) {
  const auto entry = node_.registry.sandbox(id);
  if (!entry.ok()) return done({});
  stop(id, [this, id, entry = *entry, done = std::move(done)](const Status& stopped) {
    if (!stopped.ok()) return done(stopped);
    const auto containers = node_.registry.containers_of(id);
    auto gather =
        std::make_shared<Gather>(containers.size() + 1, [this, entry, done](const Status& status) {
          if (!status.ok()) return done(status);
          const bool posted = node_.pool.post([this, entry, done] { done(finish_remove(entry)); });
          if (!posted) done(Status(Code::kDraining, "the runtime is stopping"));
        });
    for (const auto& container : containers)
      containers_.remove(node_.registry.describe(container).id(), true,
                         [gather](const Status& status) { gather->part(status); });
    gather->part({});
  });
}

Status Sandboxes::finish_remove(const SandboxPtr& entry) {
  const std::lock_guard operation(entry->operation);
  const auto sandbox = node_.registry.describe(entry);
  KUBUS_TRY(remove_tree(node_.settings.sandbox(sandbox.id())));
  node_.cgroups.remove(cgroup_of(sandbox));
  // Shared by the attempts of a pod: stays while another one is in it.
  const auto parent = sandbox.config().cgroup_parent();
  if (node_.cgroups.processes(parent).empty()) node_.cgroups.remove(parent);
  node_.registry.remove_sandbox(sandbox.id());
  runtime::Sandbox gone;
  gone.set_id(sandbox.id());
  gone.mutable_config()->set_pod_uid(sandbox.config().pod_uid());
  node_.events.sandbox(runtime::Event::SANDBOX_REMOVED, gone);
  return {};
}

void Sandboxes::adopt() {
  for (const auto& id : list_dir(node_.settings.sandboxes())) adopt_one(id);
  for (const auto& [id, holder] : find_pauses(node_.settings.empty_root())) {
    const auto entry = node_.registry.sandbox(id);
    if (!entry.ok() || node_.registry.describe(*entry).pid() != holder.pid)
      (void)holder.signal(SIGKILL).ok();
  }
  for (const auto& id : list_dir(node_.settings.runtime_dir + "/shm")) {
    if (node_.registry.sandbox(id).ok()) continue;
    (void)unmount(node_.settings.shm(id)).ok();
    ::rmdir(node_.settings.shm(id).c_str());
  }
}

void Sandboxes::adopt_one(const std::string& id) {
  auto loaded = load_sandbox(node_.settings.sandbox(id) + "/record");
  if (!loaded.ok()) {
    node_.log.warn("removing a sandbox without a record", {{"sandbox", id}});
    (void)remove_tree(node_.settings.sandbox(id)).ok();
    return;
  }
  auto entry = std::make_shared<SandboxEntry>();
  entry->record = std::move(*loaded);
  const bool alive =
      entry->record.message.state() == runtime::SANDBOX_READY && entry->record.process.alive();
  if (!alive) {
    entry->record.message.set_state(runtime::SANDBOX_NOT_READY);
    entry->record.message.set_pid(0);
    entry->record.message.clear_netns();
    entry->record.process = {};
    (void)node_.registry.save(*entry).ok();
  }
  node_.registry.add(id, entry);
  if (alive) watch(entry);
}

}  // namespace kubus::runtime_oci
