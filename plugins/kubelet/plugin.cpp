#include <fcntl.h>
#include <kubus/plugin.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "kubelet.h"
#include "server/configz.h"

namespace kubus::kubelet {

class KubeletPlugin : public Plugin {
 public:
  using Plugin::Plugin;
  ~KubeletPlugin() override {
    kubelet_.reset();
    if (lock_ >= 0) ::close(lock_);
  }

  Status start() override {
    KUBUS_TRY(take_node());
    const Config config = context().config();
    NodeSettings settings;
    settings.state_dir = context().state_dir();
    const Machine machine = read_machine(settings.state_dir);
    settings.node_name =
        config.string("node_name").empty() ? machine.hostname : config.string("node_name");
    settings.node_ip = config.string("node_ip");
    if (settings.node_ip.empty()) {
      auto address = first_address();
      if (!address.ok()) return address.status();
      settings.node_ip = *address;
    }
    settings.log_dir = config.string("pod_log_dir").empty() ? settings.state_dir + "/logs"
                                                            : config.string("pod_log_dir");
    settings.log_limits.max_bytes = config.bytes("container_log_max_size");
    settings.log_limits.max_files = static_cast<int>(config.integer("container_log_max_files"));
    settings.log_limits.interval = config.duration("container_log_monitor_interval");
    if (settings.log_limits.max_files < 2)
      return {Code::kInvalid, "container_log_max_files must be greater than 1"};
    settings.cgroup_root = config.string("cgroup_root");
    settings.cluster_domain = config.string("cluster_domain");
    settings.cluster_dns = config.list("cluster_dns");
    auto sysctls = SysctlAllowlist::with_unsafe(config.list("allowed_unsafe_sysctls"));
    if (!sysctls.ok()) return sysctls.status().annotate("allowed_unsafe_sysctls");
    settings.sysctls = std::move(*sysctls);
    settings.cpu_milli = machine.cpus * 1000;
    settings.memory_bytes = machine.memory_bytes;
    std::error_code error;
    std::filesystem::create_directories(settings.log_dir, error);

    NodeIdentity identity;
    identity.name = settings.node_name;
    identity.ip = settings.node_ip;
    identity.max_pods = static_cast<int>(config.integer("max_pods"));
    identity.machine = machine;
    for (const std::string& label : config.list("node_labels"))
      if (const auto equals = label.find('='); equals != std::string::npos)
        identity.labels[label.substr(0, equals)] = label.substr(equals + 1);

    ServerSettings server = server_settings(config, settings);
    server.machine = machine;
    kubelet_ = std::make_unique<Kubelet>(context(), std::move(settings), std::move(identity),
                                         config.duration("status_interval"), std::move(server),
                                         config.string("client_ca_file"));
    return kubelet_->start();
  }

  void drain() override {
    if (kubelet_) kubelet_->drain();
  }

 private:
  ServerSettings server_settings(const Config& config, const NodeSettings& settings) {
    ServerSettings server;
    server.address = config.string("address");
    server.port = static_cast<std::uint16_t>(config.integer("port"));
    server.cert_dir = settings.state_dir + "/pki";
    server.node_name = settings.node_name;
    server.node_ip = settings.node_ip;
    server.configz = kubelet_configuration(config, settings.log_dir);
    return server;
  }

  // Two must not work on the same pods: the predecessor of an upgrade ends first.
  Status take_node() {
    const std::string path = context().state_dir() + "/lock";
    lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_ < 0) return {Code::kInternalError, path + ": " + std::strerror(errno)};
    if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) return {};
    return {Code::kConflict, "another node agent has " + context().state_dir()};
  }

  int lock_ = -1;
  std::unique_ptr<Kubelet> kubelet_;
};

}  // namespace kubus::kubelet

KUBUS_PLUGIN(kubus::kubelet::KubeletPlugin)
