// PluginRecord: what the supervisor knows of one plugin, through all its generations.
//
// Thread safety: belongs to the supervisor's loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/store.h"
#include "kubus/kernel.pb.h"
#include "loader/library.h"
#include "loader/manifest.h"
#include "supervisor/backoff.h"
#include "supervisor/runner.h"

namespace kubus::kernel {

enum class PluginState {
  kRefused,   // the file is no plugin, or not to be trusted
  kDisabled,  // by configuration
  kWaiting,   // for what it requires
  kStarting,
  kReady,
  kSkipped,  // not applicable on this machine
  kFailed,   // is tried again, unless its configuration is wrong
  kDraining,
  kStopped,
  kZombie,  // did not end; its file stays mapped
};
std::string_view plugin_state_name(PluginState state);

using Clock = std::chrono::steady_clock;

struct Generation {
  std::uint64_t number = 0;
  Manifest manifest;
  std::string abi_tag;
  bool in_process = true;
  std::map<std::string, ResolvedValue, std::less<>> config;
  // The runner goes first: what it runs lies in the copy.
  std::unique_ptr<PluginCopy> copy;
  std::unique_ptr<Runner> runner;
  bool stopping = false;
  bool zombie = false;
  std::string zombie_reason;
  Clock::time_point started;
  Clock::time_point ready;  // zero: not yet
};

struct PluginRecord {
  std::string name;
  std::string path;
  std::string stamp;  // identity of the file that was read
  PluginFile file;
  PluginState state = PluginState::kWaiting;
  std::string message;

  bool wanted = true;     // false: unloaded, or its file is gone
  bool removed = false;   // forget it once it has ended
  bool relaunch = false;  // start again as soon as nothing of it runs
  bool required = false;

  std::unique_ptr<Generation> current;
  std::unique_ptr<Generation> next;  // an upgrade that is not ready yet
  std::vector<std::unique_ptr<Generation>> leaving;
  std::uint64_t last_generation = 0;
  std::uint32_t restarts = 0;
  std::chrono::nanoseconds start_time{};
  Backoff backoff;
  Registration retry;

  using Waiter = UniqueFunction<void(const Status&)>;
  std::vector<Waiter> waiters;

  std::size_t zombies() const;
  bool running_down() const;  // a generation is on its way out
  Generation* find(std::uint64_t number) const;
  bool is_ready() const { return state == PluginState::kReady && current; }
  PluginInfo info() const;
};

// Size, time and place of a file; empty when it is absent.
std::string file_stamp(const std::string& path);

}  // namespace kubus::kernel
