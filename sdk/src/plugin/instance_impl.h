// InstanceImpl: one generation of one plugin: its context, and its life from create to destroy.
//
// Thread safety: all members from any thread.
//
// Threads: the loop runs the plugin; a starter thread creates it and ends; a stopper thread takes
// it down and ends. Whatever code of the plugin does not return blocks only these.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "bus/client.h"
#include "kubus/host.h"
#include "plugin/outcome.h"

namespace kubus::plugin {

class HostCore;

class InstanceImpl final : public Instance,
                           public detail::StartableContext,
                           public std::enable_shared_from_this<InstanceImpl> {
 public:
  InstanceImpl(HostCore& host, InstanceOptions options, std::string node_id);
  ~InstanceImpl() override;

  // Opens its sockets; on a failure it is kStopped.
  Status open(bool serve);
  // As wait_stopped(), but a zombie is waited for as well. True: it is kStopped.
  bool wait_ended(std::chrono::milliseconds timeout);
  // For the process's own instance: ready without a plugin.
  void set_ready();

  // Instance
  Context& context() override { return *this; }
  kubus_host* abi() override { return reinterpret_cast<kubus_host*>(static_cast<Context*>(this)); }
  InstanceState state() const override;
  Status why() const override;
  Residue residue() const override;
  void start(const kubus_plugin_descriptor_v1* descriptor) override;
  void start(UniqueFunction<Status(Context&)> setup) override;
  void configure(Config config) override;
  void stop(std::chrono::milliseconds deadline) override;
  InstanceState wait_stopped(std::chrono::milliseconds timeout) override;

  // Context
  const std::string& id() const override { return options_.id; }
  std::uint64_t generation() const override { return options_.generation; }
  Config config() const override;
  const Logger& log() const override { return log_; }
  Loop& loop() override { return loop_; }
  Pool& pool() override { return pool_; }
  bus::Client& bus() override { return client_; }
  bus::Server& server() override { return server_; }
  std::string state_dir() const override { return options_.state_dir; }
  std::string runtime_dir() const override { return options_.runtime_dir; }
  void fail(Status why) override;
  void on_drain(Task task) override;
  Context& process() override;
  std::shared_ptr<void> shared(const std::string& key,
                               const std::function<std::shared_ptr<void>()>& make) override;
  void plugin_ready() override;

  const std::shared_ptr<bus::Node>& node() const { return node_; }
  std::vector<std::string> services() const { return server_.names(); }
  const std::vector<std::string>& permissions() const { return options_.permissions; }

 private:
  using Deadline = core::Clock::time_point;

  bool begin_start();
  void create(const kubus_plugin_descriptor_v1* descriptor);
  void run_start();
  void on_outcome(int outcome, const Status& why);
  void become_ready();
  void watch_start();
  // False when the state does not allow it.
  bool move(InstanceState to, Status why = {});
  void report(InstanceState state, const Status& why);

  void take_down(Deadline deadline);
  void begin_drain(const std::shared_ptr<struct Steps>& steps);
  void watch_stop(Deadline deadline);
  void destroy_plugin();
  void join_starter();
  void set_doing(const char* what) { doing_ = what; }

  HostCore& host_;
  const InstanceOptions options_;
  const Logger log_;
  Loop loop_;
  Pool pool_;
  const std::shared_ptr<bus::Node> node_;
  bus::ClientImpl client_;
  bus::ServerImpl server_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  InstanceState state_ = InstanceState::kCreated;
  Status why_;
  Config config_;
  std::vector<Task> on_drain_;
  bool draining_ = false;
  bool stopping_ = false;
  bool said_ready_ = false;
  bool registering_ = false;
  std::atomic<const char*> doing_{"create"};
  std::atomic<bool> threads_joined_{false};

  // Its own mutex: `make` may ask for other objects.
  mutable std::recursive_mutex shared_mutex_;
  std::map<std::string, std::shared_ptr<void>> shared_;
  std::vector<std::weak_ptr<void>> shared_left_;

  const kubus_plugin_descriptor_v1* descriptor_ = nullptr;
  UniqueFunction<Status(Context&)> setup_;
  kubus_instance* plugin_ = nullptr;
  std::atomic<bool> started_{false};
  std::thread starter_;
  std::thread stopper_;
};

}  // namespace kubus::plugin
