#include <signal.h>
#include <unistd.h>

#include <set>

#include "bundle.h"
#include "conmon.h"
#include "containers.h"
#include "overlay.h"

namespace kubus::runtime_oci {
namespace {

constexpr int kLost = 255;

// The conmon of a container whose record does not know it.
ProcessId find_monitor(const std::string& bundle, const std::string& id) {
  const auto pid = static_cast<pid_t>(read_number(conmon_pidfile(bundle), 0));
  const auto command = read_file("/proc/" + std::to_string(pid) + "/cmdline", 1 << 16);
  if (pid <= 0 || !command.ok() || command->find(id) == std::string::npos) return {};
  return ProcessId::of(pid);
}

}  // namespace

void Containers::adopt() {
  for (const auto& id : list_dir(node_.settings.containers())) adopt_one(id);
  std::set<std::string> attached;
  for (const auto& entry : node_.registry.containers())
    attached.insert(attach_name(node_.registry.describe(entry).id()));
  for (const auto& name : list_dir(node_.settings.attach_dir()))
    if (!attached.contains(name)) (void)remove_tree(node_.settings.attach_dir() + "/" + name).ok();
  for (const auto& name : list_dir(node_.settings.exits()))
    if (!node_.registry.container(name).ok())
      ::unlink((node_.settings.exits() + "/" + name).c_str());
}

void Containers::discard(const std::string& id) {
  node_.log.warn("removing the remains of a container", {{"container", id}});
  const auto monitor = find_monitor(node_.settings.container(id), id);
  (void)node_.oci.remove(id).ok();
  (void)monitor.signal(SIGKILL).ok();
  unmount_bundle(node_, id);
  (void)remove_tree(node_.settings.container(id)).ok();
}

void Containers::adopt_one(const std::string& id) {
  auto loaded = load_container(node_.settings.container(id) + "/record");
  if (!loaded.ok()) return discard(id);
  const auto sandbox = node_.registry.sandbox(loaded->message.sandbox_id());
  if (!sandbox.ok()) return discard(id);
  auto entry = std::make_shared<ContainerEntry>();
  entry->record = std::move(*loaded);
  entry->cgroup = container_cgroup(node_.registry.describe(*sandbox), id);
  const auto container = entry->record.message;
  (void)node_.images->acquire(container.image_id()).ok();
  for (const auto& mount : container.config().mounts())
    if (!mount.image().empty()) (void)node_.images->acquire(mount.image()).ok();
  node_.registry.add(id, entry);
  if (container.state() == runtime::CONTAINER_RUNNING) return adopt_running(entry);
  if (container.state() == runtime::CONTAINER_CREATED) return adopt_created(entry);
  release(entry);
}

void Containers::adopt_created(const ContainerPtr& entry) {
  const auto container = node_.registry.describe(entry);
  const auto directory = node_.settings.container(container.id());
  if (const auto monitor = find_monitor(directory, container.id()); monitor.pid != 0) {
    (void)node_.oci.remove(container.id()).ok();
    (void)monitor.signal(SIGKILL).ok();
    return finish(entry, {128, now_ns(), "StartError", "the runtime ended meanwhile"});
  }
  if (is_mounted(directory + "/rootfs")) return;
  const auto lease = node_.images->acquire(container.image_id());
  if (!lease.ok()) return;
  node_.images->release(container.image_id());
  if (const auto mounted = mount_root(node_, container, lease->lowers); !mounted.ok())
    node_.log.warn("root of a container is lost", {{"error", mounted.message()}});
}

void Containers::adopt_running(const ContainerPtr& entry) {
  const auto id = node_.registry.describe(entry).id();
  if (const auto outcome = read_exit(id); outcome.ok()) return finish(entry, *outcome);
  if (entry->record.monitor.alive()) {
    watch(entry);
    // It may have ended between the two looks.
    return on_exit_file(id);
  }
  (void)entry->record.process.signal(SIGKILL).ok();
  finish(entry, {kLost, now_ns(), "Unknown", "the container ended while nobody watched it"});
}

}  // namespace kubus::runtime_oci
