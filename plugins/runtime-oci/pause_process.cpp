#include "pause_process.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "kubus/sysctl.h"

namespace kubus::runtime_oci {
namespace {

constexpr int kReport = 3;
constexpr int kPatienceMs = 10'000;

// What the numbers in the holder's reports mean (helpers/pause.cpp).
std::string step_name(int step) {
  static const char* const names[] = {"",         "",       "making namespaces", "hostname",
                                      "loopback", "sysctl", "empty root",        "privileges"};
  return step > 1 && step < 8 ? names[step] : "start";
}

// "net.ipv4.conf.eth0/1.x" style names: dots and slashes change places.
std::string sysctl_path(const std::string& name) {
  std::string path = name;
  if (path.find('/') == std::string::npos || path.find('.') < path.find('/'))
    std::transform(path.begin(), path.end(), path.begin(), [](char c) {
      return c == '.' ? '/' : c == '/' ? '.' : c;
    });
  return "/proc/sys/" + path;
}

Status check_sysctl(const PauseOptions& options, const std::string& name) {
  if (name.find("..") != std::string::npos)
    return {Code::kInvalid, "sysctl \"" + name + "\" is no name"};
  const SysctlScope scope = sysctl_scope(name);
  if (scope == SysctlScope::kIpc && options.ipc) return {};
  if (scope == SysctlScope::kNetwork && options.network) return {};
  return {Code::kInvalid, "sysctl \"" + name + "\" is not separate from the node's in this pod"};
}

Result<ProcessId> await(int fd) {
  pid_t pid = 0;
  bool ready = false;
  std::string pending;
  while (pid == 0 || !ready) {
    pollfd poll_fd{fd, POLLIN, 0};
    const int polled = ::poll(&poll_fd, 1, kPatienceMs);
    if (polled < 0 && errno == EINTR) continue;
    if (polled <= 0) return Status(Code::kTimeout, "oci-pause does not answer");
    char buffer[256];
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got <= 0) return Status(Code::kInternalError, "oci-pause ended early");
    pending.append(buffer, static_cast<std::size_t>(got));
    for (; pending.size() >= 8; pending.erase(0, 8)) {
      int record[2];
      std::memcpy(record, pending.data(), sizeof record);
      if (record[0] == 0) pid = record[1];
      if (record[0] == 1) ready = true;
      if (record[0] > 1) return errno_status("sandbox: " + step_name(record[0]), record[1]);
    }
  }
  return ProcessId::of(pid);
}

}  // namespace

Result<ProcessId> launch_pause(const PauseOptions& options) {
  std::string flags = "-";
  if (options.network) flags += "nu";
  if (options.ipc) flags += "i";
  if (options.pid) flags += "p";
  SpawnOptions spawning;
  spawning.argv = {options.program, options.sandbox_id, flags, options.hostname,
                   options.empty_root};
  for (const auto& [name, value] : options.sysctls) {
    KUBUS_TRY(check_sysctl(options, name));
    spawning.argv.push_back(sysctl_path(name));
    spawning.argv.push_back(value);
  }
  auto report = Pipe::make();
  if (!report.ok()) return report.status();
  spawning.fds = {{report->write.get(), kReport}};
  spawning.new_session = true;
  const auto parent = spawn(spawning);
  if (!parent.ok()) return parent.status();
  report->write.reset();
  auto holder = await(report->read.get());
  wait_exit(*parent);
  if (holder.ok() && holder->pid == 0) return Status(Code::kInternalError, "oci-pause ended early");
  return holder;
}

std::map<std::string, ProcessId> find_pauses(const std::string& empty_root) {
  std::map<std::string, ProcessId> result;
  for (const auto& name : list_dir("/proc")) {
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const auto text = read_file("/proc/" + name + "/cmdline", 1 << 16);
    if (!text.ok()) continue;
    std::vector<std::string> argv;
    for (std::size_t at = 0; at < text->size();) {
      const auto end = std::min(text->find('\0', at), text->size());
      argv.push_back(text->substr(at, end - at));
      at = end + 1;
    }
    if (argv.size() >= 5 && argv[4] == empty_root && argv[0].ends_with("/oci-pause"))
      result[argv[1]] = ProcessId::of(std::stoi(name));
  }
  return result;
}

}  // namespace kubus::runtime_oci
