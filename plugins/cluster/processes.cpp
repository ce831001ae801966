#include "processes.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "kubus/unique_fd.h"

namespace kubus::cluster {
namespace fs = std::filesystem;
namespace {

int pidfd_open(pid_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }
int pidfd_signal(int fd, int signal) {
  return static_cast<int>(::syscall(SYS_pidfd_send_signal, fd, signal, nullptr, 0));
}

std::vector<pid_t> all_pids() {
  std::vector<pid_t> pids;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename();
    pid_t pid = 0;
    const auto [end, bad] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (bad == std::errc() && end == name.data() + name.size()) pids.push_back(pid);
  }
  return pids;
}

bool in_cgroup(pid_t pid, const std::string& cgroup) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/cgroup");
  for (std::string line; std::getline(file, line);) {
    const auto path = line.find(":/");
    if (path == std::string::npos) continue;
    const std::string_view group = std::string_view(line).substr(path + 2);
    if (group == cgroup || group.starts_with(cgroup + "/")) return true;
  }
  return false;
}

// Also where the cluster's network namespace is not seen: its name is a mount, and who looks may be
// in another mount namespace.
bool is_daemon(pid_t pid, const Cluster& cluster) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline");
  std::string word;
  if (!std::getline(file, word, '\0') || fs::path(word).filename() != "kubusd") return false;
  const std::string wanted = "run_dir=" + cluster.run_dir();
  while (std::getline(file, word, '\0'))
    if (word == wanted) return true;
  return false;
}

struct Mount {
  std::string point;
  std::string type;
};

// Octal escapes of mountinfo: "\040" is a space.
std::string unescape(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      out += static_cast<char>(std::stoi(text.substr(i + 1, 3), nullptr, 8));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::vector<Mount> mounts() {
  std::vector<Mount> all;
  std::ifstream file("/proc/self/mountinfo");
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string id, parent, device, root, point, word, type;
    fields >> id >> parent >> device >> root >> point;
    while (fields >> word && word != "-") {
    }
    fields >> type;
    all.push_back({unescape(point), type});
  }
  return all;
}

bool below(const std::string& path, const std::string& dir) {
  return path == dir || path.starts_with(dir + "/");
}

}  // namespace

std::vector<pid_t> cluster_processes(const Cluster& cluster) {
  struct stat ns {};
  const bool have_ns = ::stat(cluster.netns_path().c_str(), &ns) == 0;
  std::vector<pid_t> found;
  for (const pid_t pid : all_pids()) {
    struct stat own {};
    const std::string link = "/proc/" + std::to_string(pid) + "/ns/net";
    const bool same_ns = have_ns && ::stat(link.c_str(), &own) == 0 && own.st_ino == ns.st_ino &&
                         own.st_dev == ns.st_dev;
    if (same_ns || in_cgroup(pid, cluster.cgroup()) || is_daemon(pid, cluster))
      found.push_back(pid);
  }
  return found;
}

pid_t daemon_pid(const Cluster& cluster) {
  std::ifstream file(cluster.run_dir() + "/kubusd.pid");
  pid_t pid = 0;
  if (!(file >> pid) || pid <= 1) return 0;
  // A pid file outlives its process: the number may be another's by now.
  const auto ours = cluster_processes(cluster);
  return std::find(ours.begin(), ours.end(), pid) != ours.end() ? pid : 0;
}

bool stop_daemon(const Cluster& cluster, std::chrono::seconds deadline) {
  const pid_t pid = daemon_pid(cluster);
  if (pid == 0) return true;
  const UniqueFd process(pidfd_open(pid));
  if (!process) return true;
  pidfd_signal(process.get(), SIGTERM);
  pollfd wait{process.get(), POLLIN, 0};
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(deadline).count();
  return ::poll(&wait, 1, static_cast<int>(ms)) > 0;
}

Status kill_processes(const Cluster& cluster) {
  // A dying supervisor may start something between two looks; a few rounds end that.
  for (int round = 0; round < 10; ++round) {
    const auto pids = cluster_processes(cluster);
    if (pids.empty()) return {};
    for (const pid_t pid : pids) {
      const UniqueFd process(pidfd_open(pid));
      if (!process) continue;
      pidfd_signal(process.get(), SIGKILL);
      pollfd wait{process.get(), POLLIN, 0};
      ::poll(&wait, 1, 2000);
    }
  }
  return Status(Code::kTimeout, "processes of cluster \"" + cluster.name + "\" do not end: " +
                                    std::to_string(cluster_processes(cluster).size()));
}

Status remove_mounts(const Cluster& cluster) {
  auto all = mounts();
  std::reverse(all.begin(), all.end());
  for (const Mount& mount : all) {
    if (!below(mount.point, cluster.state_dir()) && !below(mount.point, cluster.run_dir()))
      continue;
    if (::umount2(mount.point.c_str(), MNT_DETACH) != 0 && errno != EINVAL && errno != ENOENT)
      return Status(Code::kInternalError,
                    "cannot unmount " + mount.point + ": " + std::strerror(errno));
  }
  return {};
}

Status remove_cgroups(const Cluster& cluster) {
  std::set<std::string> hierarchies;
  for (const Mount& mount : mounts())
    if (mount.type == "cgroup" || mount.type == "cgroup2") hierarchies.insert(mount.point);
  for (const std::string& hierarchy : hierarchies) {
    const fs::path top = fs::path(hierarchy) / cluster.cgroup();
    std::vector<fs::path> groups;
    std::error_code error;
    if (!fs::is_directory(top, error)) continue;
    groups.push_back(top);
    for (const auto& entry : fs::recursive_directory_iterator(top, error))
      if (entry.is_directory(error)) groups.push_back(entry.path());
    std::sort(groups.rbegin(), groups.rend());  // children before parents
    for (const fs::path& group : groups)
      if (::rmdir(group.c_str()) != 0 && errno != ENOENT)
        return Status(Code::kInternalError,
                      "cannot remove " + group.string() + ": " + std::strerror(errno));
  }
  return {};
}

}  // namespace kubus::cluster
