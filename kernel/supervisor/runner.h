// Runner: one generation of one plugin on its way from its file to its end, wherever it runs.
//
// Thread safety: used on the supervisor's loop only; events arrive there.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "kubus/host.h"
#include "kubus/kernel.pb.h"
#include "kubus/pool.h"
#include "kubus/status.h"

namespace kubus::kernel {

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
  // and may be destroyed; other states on the way may be told as well. For kStopped, `why` is not
  // ok when something of it stays in memory.
  using Event = std::function<void(InstanceState state, const Status& why)>;

  virtual ~Runner() = default;
  virtual void start() = 0;
  virtual void configure(const Config& config) = 0;
  virtual void stop(std::chrono::milliseconds deadline) = 0;
  // A report from the bus about this generation.
  virtual void report(const InstanceReport& report) = 0;
  virtual int pid() const = 0;
};

// The part of `spec` that concerns the instance and not its process.
InstanceOptions instance_options(const HostSpec& spec);

// In this process.
std::unique_ptr<Runner> make_local_runner(RunnerEnvironment environment, HostSpec spec,
                                          Runner::Event event);
// In a kubus-host process of its own; fills in what concerns that process.
std::unique_ptr<Runner> make_process_runner(RunnerEnvironment environment, HostSpec spec,
                                            Runner::Event event);

}  // namespace kubus::kernel
