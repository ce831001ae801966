// NodeRuntime: the runtime and network contracts, as calls that block or end in a callback.
//
// Thread safety: all members from any thread; those that block from any but the Loop.
#pragma once

#include <kubus/bus.h>
#include <kubus/network.h>
#include <kubus/runtime.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
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
  // What is not on the network, or not wholly (a kubelet was killed in between), is put on it
  // again.
  Result<std::vector<std::string>> addresses(const runtime::Sandbox& sandbox);
  // Releases what sandboxes hold that are neither among these nor set up by this process.
  Status reconcile_network(const std::vector<std::string>& sandbox_ids);

  Result<runtime::Container> create(const std::string& sandbox, const runtime::ContainerConfig& c);
  Result<runtime::Container> start(const std::string& id);
  // `done` on the Loop when the container has ended. Dropping the registration leaves it stopping.
  Registration stop_later(const std::string& id, std::chrono::milliseconds grace,
                          std::function<void(const Status&)> done);
  Status remove_container(const std::string& id, bool keep_log);
  // Its log's path names a new file when it returns.
  Status reopen_log(const std::string& id);
  // `done` on the Loop.
  Registration exec_later(const std::string& id, const std::vector<std::string>& command,
                          std::chrono::milliseconds timeout,
                          std::function<void(const Result<runtime::ExecSyncResponse>&)> done);
  Result<runtime::Container> container(const std::string& id);
  // The sockets of sessions (runtime.proto, SessionResponse).
  Result<std::string> open_exec(const runtime::ExecRequest& request);
  Result<std::string> open_attach(const runtime::AttachRequest& request);
  Result<runtime::StatsResponse> stats();
  // Unset when the node does not have it.
  Result<std::optional<runtime::Image>> image(const std::string& reference);
  Result<std::vector<runtime::Image>> images();
  // `done` on the Loop. Destroying the reader cancels the pull.
  std::unique_ptr<bus::StreamReader> pull_later(
      const std::string& reference, std::function<void(const Result<runtime::Image>&)> done);
  Result<runtime::StatusResponse> status();
  Result<network::NetworkStatusResponse> network_status();
  bus::Client& bus() { return bus_; }

 private:
  Status leave_network(const runtime::Sandbox& sandbox);
  bus::Client& bus_;
  std::mutex mutex_;
  std::set<std::string> on_network_;  // sandboxes that this process has set up
};

}  // namespace kubus::kubelet
