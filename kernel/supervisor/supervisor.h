// Supervisor: which plugins there are, in what state, and what to do about it.
//
// Thread safety: every member on the loop of the kernel's own instance, where all events arrive.
// It is a reaction to events (files, reports, exits, timers, commands) and never polls.
//
// A plugin starts when all it requires is ready, and stops after all that require it. A failed one
// is started again with backoff. A changed file starts a new generation beside the old one; a start
// that fails with kConflict says that it needs what its predecessor still holds, and is repeated
// after that one has ended.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "config/store.h"
#include "kubus/host.h"
#include "kubus/kernel.pb.h"
#include "kubus/log.h"
#include "kubus/pool.h"
#include "loader/directory_watch.h"
#include "supervisor/plugin_record.h"
#include "supervisor/settings.h"

namespace kubus::kernel {

class Supervisor {
 public:
  // `fatal` runs, at most once, when a required plugin cannot start.
  Supervisor(Host& host, Settings settings, ConfigStore config,
             std::function<void(const Status&)> fatal);
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  // Finds the plugins, starts them, and follows the directories from then on.
  void start();
  // Stops everything, dependents first; `done` runs when only zombies are left.
  void shut_down(std::function<void()> done);
  // After shut_down(): joins the loader. What it posted last must run before this is destroyed.
  void stop_loading();

  using Reply = PluginRecord::Waiter;
  // They reply when the plugin has settled.
  void load(const std::string& path, const std::string& name, Reply reply);
  void unload(const std::string& name, Reply reply);
  void restart(const std::string& name, Reply reply);
  void upgrade(const std::string& name, Reply reply);

  // All or nothing: a new configuration with any error changes nothing.
  Status reload(const ConfigSources& sources, ReloadReply& reply);

  std::vector<PluginInfo> list() const;
  ConfigReply configuration(const std::string& section) const;
  const Settings& settings() const { return settings_; }

 private:
  // supervisor_files.cpp: what the directories say.
  void scan();
  void file_event(const std::string& path, DirectoryWatch::Change change);
  void file_present(const std::string& path);
  void file_gone(const std::string& path);
  void refuse(const std::string& path, const Status& why);
  PluginRecord* record_of_path(const std::string& path);
  void forget(const std::string& name);

  // supervisor_lifecycle.cpp: what becomes of a generation.
  void admit(PluginRecord& record);
  void evaluate();
  void evaluate_one(PluginRecord& record, const std::map<std::string, struct Blocked>& blocked);
  std::unique_ptr<Generation> begin_generation(PluginRecord& record);
  void copied(const std::string& name, std::uint64_t number,
              Result<std::unique_ptr<PluginCopy>> copy);
  void begin_upgrade(PluginRecord& record);
  void event(const std::string& name, std::uint64_t number, InstanceState state, const Status& why);
  void became_ready(PluginRecord& record, Generation& generation);
  void start_failed(PluginRecord& record, Generation& generation, InstanceState state,
                    const Status& why);
  void upgrade_failed(PluginRecord& record, InstanceState state, const Status& why);
  void ended(PluginRecord& record, Generation& generation, const Status& why);
  void retire(PluginRecord& record, std::unique_ptr<Generation> generation);
  void stop_all(PluginRecord& record);
  void settle(PluginRecord& record);
  void retry_later(PluginRecord& record, std::chrono::nanoseconds ran);
  void set_state(PluginRecord& record, PluginState state, const std::string& message = {});
  void answer(PluginRecord& record, const Status& status = {});

  // supervisor.cpp
  Result<std::string> host_program(const std::string& abi_tag) const;
  HostSpec host_spec(const Generation& generation) const;
  void check_required(const std::string& name, const std::string& why);
  void check_required_present();
  void stop_next();
  void apply_reload(PluginRecord& record, const Resolved& resolved, ReloadReply& reply);
  PluginRecord* find(const std::string& name);
  std::set<std::string> names() const;

  Host& host_;
  Loop& loop_;
  Settings settings_;
  ConfigStore config_;
  std::function<void(const Status&)> fatal_;
  std::function<void()> stopped_;
  bool shutting_down_ = false;
  bool started_up_ = false;  // every required plugin has been ready
  Logger log_{"kubus"};
  std::map<std::string, PluginInfo> refused_;  // by path
  std::map<std::string, std::unique_ptr<PluginRecord>> records_;
  std::map<std::string, Registration> gone_timers_;
  std::unique_ptr<DirectoryWatch> watch_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
  // Last, so that it is joined before what its tasks refer to.
  std::unique_ptr<Pool> loader_;
};

}  // namespace kubus::kernel
