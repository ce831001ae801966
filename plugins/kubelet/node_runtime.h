// NodeRuntime: the runtime and network contracts as blocking calls.
//
// Thread safety: all members from any thread but the Loop.
#pragma once

#include <kubus/bus.h>
#include <kubus/network.h>
#include <kubus/runtime.h>

#include <optional>
#include <string>
#include <vector>

namespace kubus::kubelet {

class NodeRuntime {
 public:
  explicit NodeRuntime(bus::Client& bus) : bus_(bus) {}

  // Everything the runtime has of one pod.
  struct PodState {
    std::vector<runtime::Sandbox> sandboxes;     // newest first
    std::vector<runtime::Container> containers;  // newest first
  };
  Result<PodState> pod(const std::string& uid);
  Result<PodState> everything();

  Result<runtime::Sandbox> run_sandbox(const runtime::SandboxConfig& config);
  // Takes it off the network, ends its containers and its holder, removes it.
  Status remove_sandbox(const runtime::Sandbox& sandbox);
  // The same, but its ended containers and their logs stay.
  Status stop_sandbox(const runtime::Sandbox& sandbox);
  Result<std::vector<std::string>> setup_network(const runtime::Sandbox& sandbox);
  Result<std::vector<std::string>> addresses(const runtime::Sandbox& sandbox);
  Status reconcile_network(const std::vector<std::string>& sandbox_ids);

  Result<runtime::Container> create(const std::string& sandbox, const runtime::ContainerConfig& c);
  Result<runtime::Container> start(const std::string& id);
  Status stop(const std::string& id, std::chrono::milliseconds grace);
  Status remove_container(const std::string& id, bool keep_log);
  Result<runtime::ExecSyncResponse> exec(const std::string& id,
                                         const std::vector<std::string>& command,
                                         std::chrono::milliseconds timeout);
  // Unset when the node does not have it.
  Result<std::optional<runtime::Image>> image(const std::string& reference);
  Result<runtime::Image> pull(const std::string& reference);
  Result<runtime::StatusResponse> status();
  Result<network::NetworkStatusResponse> network_status();
  bus::Client& bus() { return bus_; }

 private:
  Status leave_network(const runtime::Sandbox& sandbox);
  bus::Client& bus_;
};

}  // namespace kubus::kubelet
