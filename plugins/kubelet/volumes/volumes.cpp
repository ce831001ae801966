#include "volumes.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "kubus/api/quantity.h"

namespace kubus::kubelet {
namespace fs = std::filesystem;
namespace {

Status errno_status(const std::string& what) {
  return Status(Code::kInternalError, what + ": " + std::strerror(errno));
}

bool is_mount_point(const std::string& path) {
  struct stat own {};
  struct stat parent {};
  if (::stat(path.c_str(), &own) != 0) return false;
  if (::stat(fs::path(path).parent_path().c_str(), &parent) != 0) return false;
  return own.st_dev != parent.st_dev;
}

std::int64_t fs_group(const core_v1::Pod& pod) {
  const auto& security = pod.spec().securitycontext();
  return security.has_fsgroup() ? security.fsgroup() : -1;
}

// Memory-backed ones are a tmpfs; the size limit, where given, is its size.
Status mount_memory(const std::string& path, const core_v1::EmptyDirVolumeSource& volume) {
  if (is_mount_point(path)) return {};
  std::string options = "mode=0777";
  if (volume.has_sizelimit() && !QuantityValue::of(volume.sizelimit()).is_zero())
    options += ",size=" + std::to_string(QuantityValue::of(volume.sizelimit()).value());
  if (::mount("tmpfs", path.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, options.c_str()) != 0)
    return errno_status("cannot mount a memory volume at " + path);
  return {};
}

Result<std::string> empty_dir(const std::string& path, const core_v1::Pod& pod,
                              const core_v1::EmptyDirVolumeSource& volume) {
  std::error_code error;
  const bool fresh = fs::create_directories(path, error);
  if (error) return Status(Code::kInternalError, path + ": " + error.message());
  if (volume.medium() == "Memory") {
    if (Status s = mount_memory(path, volume); !s.ok()) return s;
  } else if (!volume.medium().empty()) {
    return Status(Code::kInvalid, "unknown storage medium \"" + volume.medium() + "\"");
  }
  if (!fresh && volume.medium().empty()) return path;
  if (::chmod(path.c_str(), 0777) != 0) return errno_status("chmod " + path);
  if (const auto group = fs_group(pod); group >= 0) {
    if (::chown(path.c_str(), -1, static_cast<gid_t>(group)) != 0)
      return errno_status("chown " + path);
    if (::chmod(path.c_str(), 02777) != 0) return errno_status("chmod " + path);
  }
  return path;
}

Result<std::string> write_payload(const std::string& path, const core_v1::Pod& pod,
                                  Result<Payload> payload) {
  if (!payload.ok()) return payload.status();
  if (Status s = write_atomically(path, *payload, fs_group(pod)); !s.ok()) return s;
  return path;
}

// Mount points below `dir`, deepest first.
std::vector<std::string> mounts_below(const std::string& dir) {
  std::vector<std::string> found;
  std::ifstream file("/proc/self/mountinfo");
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string skip, point;
    fields >> skip >> skip >> skip >> skip >> point;
    if (point.starts_with(dir + "/")) found.insert(found.begin(), point);
  }
  return found;
}

}  // namespace

Result<Volumes::SetUp> Volumes::set_up(const core_v1::Pod& pod, const ObjectSource& source,
                                       const NodeFacts& facts) {
  SetUp out;
  for (const auto& volume : pod.spec().volumes()) {
    auto path = set_up_one(pod, volume, source, facts);
    if (!path.ok()) {
      const std::string problem = "MountVolume.SetUp failed for volume \"" + volume.name() +
                                  "\" : " + path.status().message();
      // What runs with it goes on with what it has.
      const std::string before = payload_path(pod, volume);
      std::error_code error;
      if (before.empty() || !fs::exists(before + "/..data", error))
        return Status(path.code(), problem);
      out.problems.push_back(problem);
      path = before;
    }
    out.paths[volume.name()] = std::move(*path);
  }
  return out;
}

std::string Volumes::payload_path(const core_v1::Pod& pod, const core_v1::Volume& volume) const {
  const auto& from = volume.volumesource();
  const char* plugin = from.has_configmap()     ? "configmap"
                       : from.has_secret()      ? "secret"
                       : from.has_downwardapi() ? "downward-api"
                       : from.has_projected()   ? "projected"
                                                : nullptr;
  if (!plugin) return "";
  return pod_dir(pod.metadata().uid()) + "/volumes/kubernetes.io~" + plugin + "/" + volume.name();
}

Result<std::string> Volumes::set_up_one(const core_v1::Pod& pod, const core_v1::Volume& volume,
                                        const ObjectSource& source, const NodeFacts& facts) {
  const auto& from = volume.volumesource();
  if (from.has_hostpath()) return prepare_host_path(from.hostpath());
  if (from.has_emptydir())
    return empty_dir(
        pod_dir(pod.metadata().uid()) + "/volumes/kubernetes.io~empty-dir/" + volume.name(), pod,
        from.emptydir());
  const std::string path = payload_path(pod, volume);
  if (from.has_configmap())
    return write_payload(path, pod, config_map_payload(pod, from.configmap(), source));
  if (from.has_secret())
    return write_payload(path, pod, secret_payload(pod, from.secret(), source));
  if (from.has_downwardapi())
    return write_payload(path, pod, downward_payload(pod, from.downwardapi(), facts));
  if (from.has_projected())
    return write_payload(path, pod, projected_payload(pod, from.projected(), source, facts));
  return Status(Code::kInvalid, "this kind of volume is not supported by this node");
}

Status Volumes::tear_down(const std::string& pod_uid) {
  const std::string dir = pod_dir(pod_uid);
  for (const std::string& point : mounts_below(dir))
    if (::umount2(point.c_str(), MNT_DETACH) != 0 && errno != EINVAL)
      return errno_status("cannot unmount " + point);
  // What is still mounted would be emptied: a volume of the node's own, by a subPath.
  if (const auto left = mounts_below(dir); !left.empty())
    return Status(Code::kInternalError, left.front() + " is still mounted");
  std::error_code error;
  fs::remove_all(dir, error);
  if (error) return Status(Code::kInternalError, dir + ": " + error.message());
  return {};
}

std::vector<std::string> Volumes::pods() const {
  std::vector<std::string> uids;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(root_, error))
    uids.push_back(entry.path().filename());
  return uids;
}

}  // namespace kubus::kubelet
