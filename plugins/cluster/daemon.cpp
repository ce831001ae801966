#include "daemon.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

#include "network.h"

extern char** environ;

namespace kubus::cluster {
namespace fs = std::filesystem;
namespace {

// Detached: a session of its own, no terminal, output to `log`. `keep` is a descriptor the child
// gets as number 3, or -1.
Result<int> spawn(std::vector<std::string> words, const std::string& log, int keep) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  if (keep >= 0) posix_spawn_file_actions_adddup2(&actions, keep, 3);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t pid = 0;
  const int error = ::posix_spawnp(&pid, argv[0], &actions, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error == ENOENT) return Status(Code::kNotFound, words[0] + " is not installed");
  if (error != 0)
    return Status(Code::kInternalError, "cannot start " + words[0] + ": " + std::strerror(error));
  return static_cast<int>(pid);
}

std::string uplink_pid_file(const Cluster& cluster) { return cluster.run_dir() + "/uplink.pid"; }

// Where its things are is said here: the caller's environment may be about another cluster.
std::vector<std::string> daemon_words(const Cluster& cluster, const std::string& kubusd,
                                      const std::vector<std::string>& settings) {
  std::vector<std::string> words = {kubusd,
                                    "--config",
                                    cluster.config_dir() + "/kubus.yaml",
                                    "--set",
                                    "run_dir=" + cluster.run_dir(),
                                    "--set",
                                    "state_dir=" + cluster.state_dir() + "/plugins"};
  std::ifstream overrides(cluster.overrides_file());
  for (std::string setting; std::getline(overrides, setting);)
    words.insert(words.end(), {"--set", setting});
  for (const std::string& setting : settings) words.insert(words.end(), {"--set", setting});
  return words;
}

}  // namespace

Result<std::string> find_daemon() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  // libexec/kubus/kubus-up beside bin/kubusd, installed and in the build tree.
  for (const char* relative : {"../kubusd", "../../bin/kubusd", "../bin/kubusd", "kubusd"}) {
    const fs::path candidate = (self.parent_path() / relative).lexically_normal();
    if (::access(candidate.c_str(), X_OK) == 0 && fs::is_regular_file(candidate, error))
      return candidate.string();
  }
  return Status(Code::kNotFound, "kubusd is not beside " + self.string());
}

// Only what differs from the shipped defaults: where things are, and who the node is.
Status write_configuration(const Cluster& cluster) {
  std::error_code error;
  fs::create_directories(cluster.config_dir() + "/plugins.d", error);
  std::ofstream out(cluster.config_dir() + "/kubus.yaml");
  const std::string node = cluster.node_name();
  out << "run_dir: " << cluster.run_dir() << "\n"
      << "state_dir: " << cluster.state_dir() << "/plugins\n"
      << "apiserver:\n"
      << "  bind_address: " << cluster.node_address() << "\n"
      << "  advertise_address: " << cluster.node_address() << "\n"
      << "  port: " << Cluster::kApiPort << "\n"
      << "  service_cidr: " << Cluster::kServiceCidr << "\n"
      << "  kubeconfig_path: " << cluster.admin_kubeconfig() << "\n"
      << "  cert_dir: " << cluster.state_dir() << "/pki\n"
      << "controller-certificates:\n"
      << "  cluster_signing_cert_file: " << cluster.state_dir() << "/pki/ca.crt\n"
      << "  cluster_signing_key_file: " << cluster.state_dir() << "/pki/ca.key\n"
      << "controller-serviceaccount:\n"
      << "  ca_file: " << cluster.state_dir() << "/pki/ca.crt\n"
      << "controller-serviceaccount-token:\n"
      << "  ca_file: " << cluster.state_dir() << "/pki/ca.crt\n"
      << "  signing_key_file: " << cluster.state_dir() << "/pki/sa.key\n"
      << "runtime-oci:\n"
      << "  pull_netns: " << cluster.host_netns_path() << "\n"
      << "network-flannel:\n"
      << "  node_name: " << node << "\n"
      << "proxy-nftables:\n"
      << "  node_name: " << node << "\n"
      << "kubelet:\n"
      << "  node_name: " << node << "\n"
      << "  node_ip: " << cluster.node_address() << "\n"
      << "  node_labels: node-role.kubernetes.io/control-plane=\n"
      << "  cgroup_root: /" << cluster.cgroup() << "\n";
  if (out.flush()) return {};
  return Status(Code::kInternalError, "cannot write " + cluster.config_dir() + "/kubus.yaml");
}

Status add_overrides(const Cluster& cluster, const std::vector<std::string>& settings) {
  if (settings.empty()) return {};
  std::ofstream out(cluster.overrides_file(), std::ios::app);
  for (const std::string& setting : settings) out << setting << "\n";
  if (out.flush()) return {};
  return Status(Code::kInternalError, "cannot write " + cluster.overrides_file());
}

Status check_settings(const Cluster& cluster, const std::string& kubusd,
                      const std::vector<std::string>& settings) {
  if (settings.empty()) return {};
  auto words = daemon_words(cluster, kubusd, settings);
  words.push_back("--check-config");
  const std::string answer = cluster.state_dir() + "/check-config";
  auto pid = spawn(words, answer, -1);
  if (!pid.ok()) return pid.status();
  int status = 0;
  while (::waitpid(*pid, &status, 0) < 0 && errno == EINTR) {
  }
  std::string text = "wrong configuration";
  std::ifstream file(answer);
  for (std::string line; std::getline(file, line);) text += "\n  " + line;
  ::unlink(answer.c_str());
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return Status(Code::kInvalid, text);
}

Result<Daemon> start_daemon(const Cluster& cluster, const std::string& kubusd) {
  Daemon daemon;
  std::error_code error;
  if (const auto size = fs::file_size(cluster.log_file(), error); !error) daemon.log_from = size;
  const auto words = daemon_words(cluster, kubusd, {});
  // A spawned child is in the namespace of the thread that spawns it.
  Status status = in_netns(cluster, [&]() -> Status {
    auto started = spawn(words, cluster.log_file(), -1);
    if (started.ok()) daemon.pid = *started;
    return started.status();
  });
  if (!status.ok()) return status;
  std::ofstream(cluster.run_dir() + "/kubusd.pid") << daemon.pid << "\n";
  return daemon;
}

Status start_uplink(const Cluster& cluster) {
  std::array<int, 2> ready{};
  if (::pipe2(ready.data(), O_CLOEXEC) != 0)
    return Status(Code::kInternalError, std::string("pipe: ") + std::strerror(errno));
  const std::string cidr = "198.19." + std::to_string(cluster.index) + ".0/24";
  auto pid =
      spawn({"slirp4netns", "--configure", "--mtu=1500", "--disable-host-loopback", "--ready-fd=3",
             "--cidr=" + cidr, "--netns-type=path", cluster.netns_path(), "uplink0"},
            cluster.state_dir() + "/uplink.log", ready[1]);
  ::close(ready[1]);
  Status status = pid.status();
  if (pid.ok()) {
    std::ofstream(uplink_pid_file(cluster)) << *pid << "\n";
    pollfd wait{ready[0], POLLIN, 0};
    char byte = 0;
    if (::poll(&wait, 1, 5000) <= 0 || ::read(ready[0], &byte, 1) != 1)
      status = Status(Code::kTimeout,
                      "the uplink did not come up: see " + cluster.state_dir() + "/uplink.log");
  }
  ::close(ready[0]);
  return status;
}

Status stop_uplink(const Cluster& cluster) {
  std::ifstream file(uplink_pid_file(cluster));
  pid_t pid = 0;
  if (!(file >> pid) || pid <= 1) return {};
  std::error_code error;
  const fs::path exe = fs::read_symlink("/proc/" + std::to_string(pid) + "/exe", error);
  if (exe.filename() != "slirp4netns") return {};
  const int process = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (process < 0) return {};
  ::syscall(SYS_pidfd_send_signal, process, SIGKILL, nullptr, 0);
  pollfd wait{process, POLLIN, 0};
  ::poll(&wait, 1, 2000);
  ::close(process);
  return {};
}

}  // namespace kubus::cluster
