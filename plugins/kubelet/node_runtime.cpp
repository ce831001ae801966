#include "node_runtime.h"

#include <algorithm>

namespace kubus::kubelet {
namespace {

using namespace std::chrono_literals;

bus::CallOptions quick() {
  bus::CallOptions options;
  options.timeout = 30s;
  options.idempotent = true;
  return options;
}

// Making and starting things must not be repeated behind the caller's back.
bus::CallOptions once(std::chrono::milliseconds timeout) {
  bus::CallOptions options;
  options.timeout = timeout;
  return options;
}

template <class Items>
auto newest_first(const Items& items) {
  std::vector<std::remove_cvref_t<decltype(*items.begin())>> sorted(items.begin(), items.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.created_at() > b.created_at(); });
  return sorted;
}

}  // namespace

Result<NodeRuntime::PodState> NodeRuntime::pod(const std::string& uid) {
  runtime::ListSandboxesRequest sandboxes;
  sandboxes.set_pod_uid(uid);
  auto have = rpc::call_wait(bus_, runtime::kListSandboxes, sandboxes, quick());
  if (!have.ok()) return have.status();
  runtime::ListContainersRequest containers;
  containers.set_pod_uid(uid);
  auto run = rpc::call_wait(bus_, runtime::kListContainers, containers, quick());
  if (!run.ok()) return run.status();
  return PodState{newest_first(have->sandboxes()), newest_first(run->containers())};
}

Result<NodeRuntime::PodState> NodeRuntime::everything() { return pod(""); }

Result<runtime::Sandbox> NodeRuntime::run_sandbox(const runtime::SandboxConfig& config) {
  runtime::RunSandboxRequest request;
  *request.mutable_config() = config;
  auto reply = rpc::call_wait(bus_, runtime::kRunSandbox, request, once(2min));
  if (!reply.ok()) return reply.status();
  return std::move(*reply->mutable_sandbox());
}

Status NodeRuntime::leave_network(const runtime::Sandbox& sandbox) {
  network::TeardownRequest teardown;
  teardown.set_sandbox_id(sandbox.id());
  teardown.set_netns(sandbox.netns());
  KUBUS_TRY(rpc::call_wait(bus_, network::kTeardown, teardown, quick()).status());
  const std::lock_guard lock(mutex_);
  on_network_.erase(sandbox.id());
  return {};
}

Status NodeRuntime::stop_sandbox(const runtime::Sandbox& sandbox) {
  KUBUS_TRY(leave_network(sandbox));
  runtime::StopSandboxRequest stop;
  stop.set_id(sandbox.id());
  return rpc::call_wait(bus_, runtime::kStopSandbox, stop, quick()).status();
}

Status NodeRuntime::remove_sandbox(const runtime::Sandbox& sandbox) {
  KUBUS_TRY(leave_network(sandbox));
  runtime::RemoveSandboxRequest remove;
  remove.set_id(sandbox.id());
  bus::CallOptions options = quick();
  options.timeout = 2min;
  return rpc::call_wait(bus_, runtime::kRemoveSandbox, remove, options).status();
}

Result<std::vector<std::string>> NodeRuntime::setup_network(const runtime::Sandbox& sandbox) {
  network::SetupRequest request;
  request.set_sandbox_id(sandbox.id());
  request.set_netns(sandbox.netns());
  request.set_pod_namespace(sandbox.config().pod_namespace());
  request.set_pod_name(sandbox.config().pod_name());
  request.set_pod_uid(sandbox.config().pod_uid());
  for (const auto& mapping : sandbox.config().port_mappings()) {
    auto& port = *request.add_ports();
    port.set_protocol(mapping.protocol());
    port.set_container_port(mapping.container_port());
    port.set_host_port(mapping.host_port());
    port.set_host_ip(mapping.host_ip());
  }
  {
    const std::lock_guard lock(mutex_);
    on_network_.insert(sandbox.id());
  }
  auto reply = rpc::call_wait(bus_, network::kSetup, request, quick());
  if (!reply.ok()) return reply.status();
  return std::vector<std::string>(reply->addresses().begin(), reply->addresses().end());
}

Result<std::vector<std::string>> NodeRuntime::addresses(const runtime::Sandbox& sandbox) {
  network::CheckRequest request;
  request.set_sandbox_id(sandbox.id());
  request.set_netns(sandbox.netns());
  auto reply = rpc::call_wait(bus_, network::kCheck, request, quick());
  if (reply.code() == Code::kNotFound || reply.code() == Code::kConflict)
    return setup_network(sandbox);
  if (!reply.ok()) return reply.status();
  return std::vector<std::string>(reply->addresses().begin(), reply->addresses().end());
}

Status NodeRuntime::reconcile_network(const std::vector<std::string>& sandbox_ids) {
  network::ReconcileRequest request;
  for (const std::string& id : sandbox_ids) request.add_keep(id);
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& id : on_network_) request.add_keep(id);
  }
  return rpc::call_wait(bus_, network::kReconcile, request, quick()).status();
}

Result<runtime::Container> NodeRuntime::create(const std::string& sandbox,
                                               const runtime::ContainerConfig& config) {
  runtime::CreateContainerRequest request;
  request.set_sandbox_id(sandbox);
  *request.mutable_config() = config;
  auto reply = rpc::call_wait(bus_, runtime::kCreateContainer, request, once(2min));
  if (!reply.ok()) return reply.status();
  return std::move(*reply->mutable_container());
}

Result<runtime::Container> NodeRuntime::start(const std::string& id) {
  runtime::StartContainerRequest request;
  request.set_id(id);
  auto reply = rpc::call_wait(bus_, runtime::kStartContainer, request, once(2min));
  if (!reply.ok()) return reply.status();
  return std::move(*reply->mutable_container());
}

Registration NodeRuntime::stop_later(const std::string& id, std::chrono::milliseconds grace,
                                     std::function<void(const Status&)> done) {
  runtime::StopContainerRequest request;
  request.set_id(id);
  request.set_timeout_ms(grace.count());
  bus::CallOptions options = quick();
  options.timeout = grace + 60s;
  return rpc::call(bus_, runtime::kStopContainer, request, options,
                   [done = std::move(done)](const Result<runtime::StopContainerResponse>& reply) {
                     done(reply.status());
                   });
}

Status NodeRuntime::remove_container(const std::string& id, bool keep_log) {
  runtime::RemoveContainerRequest request;
  request.set_id(id);
  request.set_keep_log(keep_log);
  return rpc::call_wait(bus_, runtime::kRemoveContainer, request, quick()).status();
}

Status NodeRuntime::reopen_log(const std::string& id) {
  runtime::ReopenLogRequest request;
  request.set_id(id);
  return rpc::call_wait(bus_, runtime::kReopenLog, request, once(30s)).status();
}

Registration NodeRuntime::exec_later(
    const std::string& id, const std::vector<std::string>& command,
    std::chrono::milliseconds timeout,
    std::function<void(const Result<runtime::ExecSyncResponse>&)> done) {
  runtime::ExecSyncRequest request;
  request.set_id(id);
  for (const std::string& word : command) request.add_command(word);
  request.set_timeout_ms(timeout.count());
  return rpc::call(bus_, runtime::kExecSync, request, once(timeout + 10s), std::move(done));
}

Result<runtime::Container> NodeRuntime::container(const std::string& id) {
  runtime::ContainerStatusRequest request;
  request.set_id(id);
  auto reply = rpc::call_wait(bus_, runtime::kContainerStatus, request, quick());
  if (!reply.ok()) return reply.status();
  return std::move(*reply->mutable_container());
}

Result<std::string> NodeRuntime::open_exec(const runtime::ExecRequest& request) {
  auto reply = rpc::call_wait(bus_, runtime::kExec, request, once(30s));
  if (!reply.ok()) return reply.status();
  return std::move(*reply->mutable_socket());
}

Result<std::string> NodeRuntime::open_attach(const runtime::AttachRequest& request) {
  auto reply = rpc::call_wait(bus_, runtime::kAttach, request, once(30s));
  if (!reply.ok()) return reply.status();
  return std::move(*reply->mutable_socket());
}

Result<runtime::StatsResponse> NodeRuntime::stats() {
  return rpc::call_wait(bus_, runtime::kStats, runtime::StatsRequest(), quick());
}

Result<std::optional<runtime::Image>> NodeRuntime::image(const std::string& reference) {
  runtime::ImageStatusRequest request;
  request.set_image(reference);
  auto reply = rpc::call_wait(bus_, runtime::kImageStatus, request, quick());
  if (!reply.ok()) return reply.status();
  if (!reply->has_image()) return std::optional<runtime::Image>();
  return std::optional<runtime::Image>(std::move(*reply->mutable_image()));
}

Result<std::vector<runtime::Image>> NodeRuntime::images() {
  auto reply = rpc::call_wait(bus_, runtime::kListImages, runtime::ListImagesRequest(), quick());
  if (!reply.ok()) return reply.status();
  return std::vector<runtime::Image>(reply->images().begin(), reply->images().end());
}

std::unique_ptr<bus::StreamReader> NodeRuntime::pull_later(
    const std::string& reference, std::function<void(const Result<runtime::Image>&)> done) {
  runtime::PullImageRequest request;
  request.set_image(reference);
  auto image = std::make_shared<runtime::Image>();
  return rpc::stream(
      bus_, runtime::kPullImage, request, bus::CallOptions(),
      [image](runtime::PullImageProgress progress) {
        if (progress.has_image()) *image = std::move(*progress.mutable_image());
      },
      [image, done = std::move(done)](const Status& end) {
        if (!end.ok()) return done(end);
        done(std::move(*image));
      });
}

Result<runtime::StatusResponse> NodeRuntime::status() {
  return rpc::call_wait(bus_, runtime::kStatus, runtime::StatusRequest(), quick());
}

Result<network::NetworkStatusResponse> NodeRuntime::network_status() {
  return rpc::call_wait(bus_, network::kStatus, network::NetworkStatusRequest(), quick());
}

}  // namespace kubus::kubelet
