#include "bundle.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capabilities.h"
#include "containers.h"
#include "overlay.h"
#include "seccomp.h"
#include "spec.h"

namespace kubus::runtime_oci {
namespace {

std::string file_in_root(int root, const char* path) {
  const auto fd = open_in_root(root, path, O_RDONLY | O_NONBLOCK);  // it may be a pipe
  if (!fd.ok()) return {};
  const auto text = read_file("/proc/self/fd/" + std::to_string(fd->get()), 4u << 20);
  return text.ok() ? *text : std::string();
}

// As the image's own user would find it: links inside the image are followed, none leads outside.
Status make_working_dir(int root, const std::string& path) {
  if (open_in_root(root, path, O_PATH | O_DIRECTORY).ok()) return {};
  std::string done;
  for (std::size_t at = 1; at <= path.size();) {
    const auto end = std::min(path.find('/', at), path.size());
    const auto name = path.substr(at, end - at);
    at = end + 1;
    if (name.empty()) continue;
    const auto parent = open_in_root(root, done, O_PATH | O_DIRECTORY);
    if (!parent.ok()) return parent.status().annotate("working directory");
    if (::mkdirat(parent->get(), name.c_str(), 0755) < 0 && errno != EEXIST)
      return errno_status("working directory " + path);
    done += "/" + name;
  }
  return {};
}

Result<std::string> seccomp_of(const runtime::SecurityContext& context) {
  if (context.privileged() || context.seccomp().kind() == runtime::SeccompProfile::UNCONFINED)
    return std::string();
  if (context.seccomp().kind() == runtime::SeccompProfile::LOCALHOST)
    return read_file(context.seccomp().path(), 1u << 20);
  const auto capabilities = container_capabilities(context);
  if (!capabilities.ok()) return capabilities.status();
  return default_seccomp_profile(*capabilities);
}

// Mounts the files of an image read-only; the container's hold on it lasts as long as the mount.
Status mount_image(Node& node, const std::string& target, runtime::Mount& mount) {
  const auto lease = node.images->acquire(mount.image());
  if (!lease.ok()) return lease.status();
  auto lowers = lease->lowers;
  lowers.push_back(node.settings.images() + "/layers/0");  // an overlay has two at least
  Status status = make_dirs(target);
  if (status.ok()) status = mount_overlay(lowers, "", "", target);
  node.images->release(lease->image.id);
  KUBUS_TRY(status);
  const UniqueFd root(::open(target.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  const auto inside = open_in_root(root.get(), mount.image_sub_path(), O_PATH);
  if (!inside.ok())
    return {Code::kInvalid, "image mount: no \"" + mount.image_sub_path() + "\" in the image"};
  char source[4096];
  const auto link = "/proc/self/fd/" + std::to_string(inside->get());
  const ssize_t size = ::readlink(link.c_str(), source, sizeof source);
  if (size <= 0) return errno_status("image mount");
  mount.set_host_path(std::string(source, static_cast<std::size_t>(size)));
  mount.set_readonly(true);
  return {};
}

// Makes what is to be mounted: files of images, and directories of the node that are not there yet.
Status prepare_mounts(Node& node, const std::string& directory, runtime::ContainerConfig& config) {
  int number = 0;
  for (auto& mount : *config.mutable_mounts()) {
    if (!mount.image().empty()) {
      KUBUS_TRY(mount_image(node, directory + "/image" + std::to_string(number++), mount));
      continue;
    }
    if (mount.host_path().empty() || mount.host_path()[0] != '/')
      return {Code::kInvalid, "mount of \"" + mount.host_path() + "\": not an absolute path"};
    if (!exists(mount.host_path())) KUBUS_TRY(make_dirs(mount.host_path(), 0755));
  }
  return {};
}

std::string stop_signal_of(const runtime::ContainerConfig& config, const ImageConfig& image) {
  for (const auto& text : {config.stop_signal(), image.stop_signal})
    if (const int number = signal_number(text); number > 0) return signal_name(number);
  return "SIGTERM";
}

Status write_spec(Node& node, const runtime::Sandbox& sandbox, runtime::Container& container,
                  const ImageConfig& image, int root) {
  SpecInput input;
  input.config = container.config();
  const auto directory = node.settings.container(container.id());
  KUBUS_TRY(prepare_mounts(node, directory, input.config));
  input.sandbox = sandbox.config();
  input.image = image;
  auto user = resolve_user(image.user, container.config().security(),
                           file_in_root(root, "etc/passwd"), file_in_root(root, "etc/group"));
  if (!user.ok()) return user.status();
  input.user = *user;
  auto seccomp = seccomp_of(container.config().security());
  if (!seccomp.ok()) return seccomp.status().annotate("seccomp profile");
  input.seccomp = std::move(*seccomp);
  input.cgroup = container_cgroup(sandbox, container.id());
  input.rootfs = directory + "/rootfs";
  const bool own_ipc = sandbox.config().security().namespaces().ipc() != runtime::NODE;
  input.shm = own_ipc ? node.settings.shm(sandbox.id()) : "/dev/shm";
  input.hostname_file = node.settings.sandbox(sandbox.id()) + "/hostname";
  input.resolv_file = node.settings.sandbox(sandbox.id()) + "/resolv.conf";
  input.holder = sandbox.pid();
  const auto& namespaces = namespaces_of(container.config(), sandbox.config());
  if (namespaces.pid() == runtime::TARGET) {
    const auto target = node.registry.container(namespaces.target_id());
    if (!target.ok()) return target.status();
    input.target = node.registry.describe(*target).pid();
    if (input.target == 0) return {Code::kConflict, "the target container does not run"};
  }
  input.cgroup_v2 = node.cgroups.v2();
  input.counts_swap = node.cgroups.counts_swap();
  const auto spec = make_spec(input);
  if (!spec.ok()) return spec.status();
  KUBUS_TRY(make_working_dir(root, working_dir(container.config(), image)));
  container.set_uid(user->uid);
  container.set_gid(user->gid);
  for (const auto gid : user->groups) container.add_groups(gid);
  container.set_stop_signal(stop_signal_of(container.config(), image));
  return write_file(directory + "/config.json", *spec, 0600, false);
}

}  // namespace

Status mount_root(Node& node, const runtime::Container& container,
                  const std::vector<std::string>& lowers) {
  const auto directory = node.settings.container(container.id());
  for (const char* name : {"/upper", "/work", "/rootfs"}) KUBUS_TRY(make_dirs(directory + name));
  // The root directory of the container is this one's image.
  ::chmod((directory + "/upper").c_str(), 0755);
  return mount_overlay(lowers, directory + "/upper", directory + "/work", directory + "/rootfs");
}

Status hold_images(Node& node, runtime::Container& container) {
  const auto lease = node.images->acquire(container.config().image());
  if (!lease.ok()) return lease.status();
  const auto& image = lease->image;
  std::vector<std::string> held{image.id};
  for (auto& mount : *container.mutable_config()->mutable_mounts()) {
    if (mount.image().empty()) continue;
    const auto mounted = node.images->acquire(mount.image());
    if (!mounted.ok()) {
      for (const auto& id : held) node.images->release(id);
      return mounted.status();
    }
    mount.set_image(mounted->image.id);
    held.push_back(mounted->image.id);
  }
  container.set_image_id(image.id);
  container.set_image_ref(image.digests.empty() ? image.id : image.digests.front());
  return {};
}

void release_images(Node& node, const runtime::Container& container) {
  if (container.image_id().empty()) return;
  node.images->release(container.image_id());
  for (const auto& mount : container.config().mounts())
    if (!mount.image().empty()) node.images->release(mount.image());
}

Status make_bundle(Node& node, const runtime::Sandbox& sandbox, runtime::Container& container) {
  const auto lease = node.images->acquire(container.image_id());
  if (!lease.ok()) return lease.status();
  node.images->release(container.image_id());  // hold_images() has it
  KUBUS_TRY(mount_root(node, container, lease->lowers));
  const UniqueFd root(::open((node.settings.container(container.id()) + "/rootfs").c_str(),
                             O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) return errno_status("root of the container");
  if (!container.config().log_path().empty())
    container.set_log_path(sandbox.config().log_directory() + "/" + container.config().log_path());
  return write_spec(node, sandbox, container, lease->image.config, root.get());
}

void unmount_bundle(Node& node, const std::string& id) {
  const auto directory = node.settings.container(id);
  for (int number = 0; exists(directory + "/image" + std::to_string(number)); ++number)
    (void)unmount(directory + "/image" + std::to_string(number)).ok();
  if (const auto status = unmount(directory + "/rootfs"); !status.ok())
    node.log.warn("root of a container stays mounted", {{"error", status.message()}});
}

}  // namespace kubus::runtime_oci
