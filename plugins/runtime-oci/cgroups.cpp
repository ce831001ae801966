#include "cgroups.h"

#include <linux/magic.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <set>
#include <sstream>

#include "files.h"

namespace kubus::runtime_oci {
namespace {

bool is_v2_mount(const std::string& path) {
  struct statfs info {};
  return ::statfs(path.c_str(), &info) == 0 && info.f_type == CGROUP2_SUPER_MAGIC;
}

bool is_directory(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

// A v1 cpuset without processors takes no process.
void inherit_cpuset(const std::string& parent, const std::string& child) {
  for (const char* name : {"/cpuset.cpus", "/cpuset.mems"}) {
    const auto mine = read_file(child + name, 4096);
    if (!mine.ok() || mine->find_first_not_of(" \n") != std::string::npos) continue;
    if (const auto theirs = read_file(parent + name, 4096); theirs.ok())
      (void)write_existing(child + name, *theirs).ok();
  }
}

void pass_controllers_down(const std::string& directory) {
  const auto have = read_file(directory + "/cgroup.controllers", 4096);
  if (!have.ok()) return;
  std::istringstream names(*have);
  // One at a time: one that cannot be passed on must not stop the others.
  for (std::string name; names >> name;)
    (void)write_existing(directory + "/cgroup.subtree_control", "+" + name).ok();
}

// The value behind `key` in a file of "key value" lines.
std::uint64_t field(const std::string& text, const std::string& key) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = std::min(text.find('\n', at), text.size());
    if (text.compare(at, key.size(), key) == 0 && text[at + key.size()] == ' ')
      return std::strtoull(text.c_str() + at + key.size() + 1, nullptr, 10);
    at = end + 1;
  }
  return 0;
}

bool remove_below(const std::string& directory) {
  for (const auto& name : list_dir(directory))
    if (is_directory(directory + "/" + name)) remove_below(directory + "/" + name);
  return ::rmdir(directory.c_str()) == 0 || errno == ENOENT;
}

void collect(const std::string& directory, std::set<pid_t>& pids) {
  if (const auto text = read_file(directory + "/cgroup.procs"); text.ok()) {
    std::istringstream lines(*text);
    for (pid_t pid = 0; lines >> pid;) pids.insert(pid);
  }
  for (const auto& name : list_dir(directory))
    if (is_directory(directory + "/" + name)) collect(directory + "/" + name, pids);
}

}  // namespace

Cgroups Cgroups::detect(std::string root) {
  Cgroups self;
  self.root_ = std::move(root);
  self.v2_ = is_v2_mount(self.root_) || exists(self.root_ + "/cgroup.controllers");
  if (self.v2_) {
    self.hierarchies_ = {self.root_};
    self.counts_swap_ = exists("/proc/swaps");
    return self;
  }
  self.hybrid_ = is_v2_mount(self.root_ + "/unified");
  for (const auto& name : list_dir(self.root_))
    if (name != "unified" && is_directory(self.root_ + "/" + name))
      self.hierarchies_.push_back(self.root_ + "/" + name);
  self.counts_swap_ = exists(self.root_ + "/memory/memory.memsw.limit_in_bytes");
  return self;
}

std::string Cgroups::file(const char* controller, const std::string& path, const char* name) const {
  if (v2_) return root_ + path + "/" + name;
  return root_ + "/" + controller + path + "/" + name;
}

Status Cgroups::create(const std::string& path) const {
  if (path.empty() || path[0] != '/' || path.find("..") != std::string::npos)
    return {Code::kInvalid, "cgroup path must be absolute: " + path};
  for (const auto& hierarchy : hierarchies_) {
    std::string at = hierarchy;
    std::size_t next = 1;
    while (next <= path.size()) {
      const auto end = std::min(path.find('/', next), path.size());
      const std::string child = at + "/" + path.substr(next, end - next);
      if (end > next) {
        if (v2_) pass_controllers_down(at);
        if (::mkdir(child.c_str(), 0755) < 0 && errno != EEXIST) return errno_status(child);
        inherit_cpuset(at, child);
        at = child;
      }
      next = end + 1;
    }
  }
  return {};
}

Status Cgroups::attach(const std::string& path, pid_t pid) const {
  for (const auto& hierarchy : hierarchies_)
    KUBUS_TRY(write_existing(hierarchy + path + "/cgroup.procs", std::to_string(pid)));
  return {};
}

bool Cgroups::remove(const std::string& path) const {
  if (path.size() < 2) return false;
  bool gone = true;
  for (const auto& hierarchy : hierarchies_) gone = remove_below(hierarchy + path) && gone;
  if (hybrid_) remove_below(root_ + "/unified" + path);
  return gone;
}

bool Cgroups::present(const std::string& path) const {
  return exists(v2_ ? root_ + path : root_ + "/memory" + path);
}

CgroupUsage Cgroups::usage(const std::string& path) const {
  CgroupUsage usage;
  const auto stat = read_file(file("memory", path, "memory.stat"), 1 << 20);
  const std::string text = stat.ok() ? *stat : std::string();
  constexpr std::uint64_t kHuge = std::uint64_t{1} << 60;  // what v1 calls unlimited
  if (v2_) {
    const auto cpu = read_file(file("cpu", path, "cpu.stat"), 65536);
    usage.cpu_ns = cpu.ok() ? field(*cpu, "usage_usec") * 1000 : 0;
    usage.memory = read_number(file("memory", path, "memory.current"), 0);
    usage.memory_limit = read_number(file("memory", path, "memory.max"), 0);
    usage.inactive_file = field(text, "inactive_file");
    usage.rss = field(text, "anon");
    usage.page_faults = field(text, "pgfault");
    usage.major_page_faults = field(text, "pgmajfault");
  } else {
    usage.cpu_ns = read_number(file("cpuacct", path, "cpuacct.usage"), 0);
    usage.memory = read_number(file("memory", path, "memory.usage_in_bytes"), 0);
    const auto limit = read_number(file("memory", path, "memory.limit_in_bytes"), 0);
    usage.memory_limit = limit >= kHuge ? 0 : limit;
    usage.inactive_file = field(text, "total_inactive_file");
    usage.rss = field(text, "total_rss");
    usage.page_faults = field(text, "total_pgfault");
    usage.major_page_faults = field(text, "total_pgmajfault");
  }
  usage.processes = read_number(file("pids", path, "pids.current"), 0);
  return usage;
}

std::uint64_t Cgroups::oom_kills(const std::string& path) const {
  const auto text =
      read_file(file("memory", path, v2_ ? "memory.events" : "memory.oom_control"), 4096);
  return text.ok() ? field(*text, "oom_kill") : 0;
}

std::vector<pid_t> Cgroups::processes(const std::string& path) const {
  std::set<pid_t> pids;
  collect(v2_ ? root_ + path : root_ + "/memory" + path, pids);
  return {pids.begin(), pids.end()};
}

void Cgroups::kill_all(const std::string& path) const {
  if (path.size() < 2) return;
  if (v2_ && write_existing(root_ + path + "/cgroup.kill", "1").ok()) return;
  // Processes fork: until none is left, but not for ever.
  for (int round = 0; round < 50; ++round) {
    const auto pids = processes(path);
    if (pids.empty()) return;
    for (const pid_t pid : pids) ::kill(pid, SIGKILL);
    ::usleep(1000);
  }
}

}  // namespace kubus::runtime_oci
