// Runner: one generation of one plugin on its way from its file to its end, wherever it runs.
//
// Thread safety: used on the supervisor's loop only; events arrive there.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kubus/config.h"
#include "kubus/host.h"
#include "kubus/pool.h"
#include "kubus/status.h"

namespace kubus::kernel {

struct RunnerOptions {
  std::string name;
  std::uint64_t generation = 1;
  std::string file;  // a private copy
  Config config;
  std::string state_dir;
  std::string runtime_dir;
  std::size_t threads = 4;
  std::vector<std::string> permissions;
  std::chrono::milliseconds start_timeout{};
  std::chrono::milliseconds drain_timeout{};
  std::int64_t memory_limit = 0;
  std::string log_level;
  std::string log_format;
};

// What the supervisor shares with every runner. All of it outlives them.
struct RunnerEnvironment {
  Host& host;
  Loop& loop;
  Pool& loader;  // one thread: all loading and unloading happens there
  std::string host_program;
};

class Runner {
 public:
  // kReady, kSkipped, kFailed, kZombie and at last kStopped, after which the runner holds nothing
  // and may be destroyed. For kStopped, `why` is not ok when something of it stays in memory.
  using Event = std::function<void(InstanceState state, const Status& why)>;

  virtual ~Runner() = default;
  virtual void start() = 0;
  virtual void configure(const Config& config) = 0;
  virtual void stop(std::chrono::milliseconds deadline) = 0;
  // A report from the bus about this generation.
  virtual void report(const InstanceReport& report) = 0;
  virtual int pid() const = 0;
};

// In this process.
std::unique_ptr<Runner> make_local_runner(RunnerEnvironment environment, RunnerOptions options,
                                          Runner::Event event);
// In a kubus-host process of its own.
std::unique_ptr<Runner> make_process_runner(RunnerEnvironment environment, RunnerOptions options,
                                            Runner::Event event);

}  // namespace kubus::kernel
