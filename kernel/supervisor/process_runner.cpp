#include <signal.h>
#include <unistd.h>

#include "kubus/kernel.pb.h"
#include "kubus/rpc.h"
#include "supervisor/child_process.h"
#include "supervisor/runner.h"

namespace kubus::kernel {
namespace {

constexpr rpc::Method<ConfigureRequest, ConfigureReply> kConfigure{kHostService, "Configure"};
constexpr rpc::Method<StopRequest, StopReply> kStop{kHostService, "Stop"};

class ProcessRunner final : public Runner {
 public:
  ProcessRunner(RunnerEnvironment environment, RunnerOptions options, Event event)
      : environment_(std::move(environment)),
        options_(std::move(options)),
        event_(std::move(event)),
        process_("host-" + options_.name + "-" + std::to_string(options_.generation)) {}

  void start() override {
    environment_.host.directory()->expect(options_.name, options_.generation, process_,
                                          options_.permissions);
    auto child =
        ChildProcess::spawn(environment_.loop, {environment_.host_program, options_.name},
                            spec().SerializeAsString(), [this](const Status& why) { exited(why); });
    if (!child.ok()) return event_(InstanceState::kFailed, child.status());
    child_ = std::move(*child);
    // It reports its own time-out; this one is for a process that reports nothing at all.
    timer_ = environment_.loop.after(options_.start_timeout + kGrace, [this] {
      event_(InstanceState::kFailed, {Code::kTimeout, "its process did not report in time"});
    });
  }

  void configure(const Config& config) override {
    ConfigureRequest request;
    request.set_id(options_.name);
    request.set_generation(options_.generation);
    for (const auto& [key, value] : config.values()) (*request.mutable_values())[key] = value;
    pending_ =
        rpc::call(bus(), kConfigure, request, to_host(), [](const Result<ConfigureReply>&) {});
  }

  void stop(std::chrono::milliseconds deadline) override {
    if (!child_) return event_(InstanceState::kStopped, {});
    if (stopping_) return;
    stopping_ = true;
    StopRequest request;
    request.set_id(options_.name);
    request.set_generation(options_.generation);
    request.set_deadline_ms(static_cast<std::uint64_t>(deadline.count()));
    pending_ = rpc::call(bus(), kStop, request, to_host(), [this](const Result<StopReply>& reply) {
      if (!reply.ok() && child_) child_->kill(SIGTERM);
    });
    // Whatever hangs in it ends with its process.
    timer_ = environment_.loop.after(deadline + kGrace, [this] {
      if (child_) child_->kill(SIGKILL);
    });
  }

  void report(const InstanceReport& report) override {
    if (report.state == InstanceState::kReady || report.state == InstanceState::kSkipped ||
        report.state == InstanceState::kFailed) {
      if (!stopping_) timer_.reset();
      event_(report.state, report.why);
    }
    if (report.state == InstanceState::kZombie && child_) child_->kill(SIGKILL);
  }

  int pid() const override { return child_ ? child_->pid() : 0; }

 private:
  static constexpr std::chrono::milliseconds kGrace{1000};

  bus::Client& bus() { return environment_.host.self().context().bus(); }

  bus::CallOptions to_host() const {
    bus::CallOptions options;
    options.provider = process_;
    options.timeout = std::chrono::seconds(1);
    return options;
  }

  HostSpec spec() const {
    HostSpec spec;
    spec.set_run_dir(environment_.host.options().run_dir);
    spec.set_process(process_);
    spec.set_id(options_.name);
    spec.set_generation(options_.generation);
    spec.set_file(options_.file);
    for (const auto& [key, value] : options_.config.values()) (*spec.mutable_config())[key] = value;
    spec.set_state_dir(options_.state_dir);
    spec.set_runtime_dir(options_.runtime_dir);
    spec.set_threads(static_cast<std::uint32_t>(options_.threads));
    for (const auto& permission : options_.permissions) spec.add_permissions(permission);
    spec.set_start_timeout_ms(static_cast<std::uint64_t>(options_.start_timeout.count()));
    spec.set_drain_timeout_ms(static_cast<std::uint64_t>(options_.drain_timeout.count()));
    spec.set_memory_limit(static_cast<std::uint64_t>(options_.memory_limit));
    spec.set_parent_pid(::getpid());
    spec.set_log_level(options_.log_level);
    spec.set_log_format(options_.log_format);
    return spec;
  }

  void exited(const Status& why) {
    timer_.reset();
    pending_.reset();
    environment_.host.directory()->process_gone(process_);
    auto ended = std::move(child_);
    if (!stopping_)
      event_(InstanceState::kFailed,
             why.ok() ? Status(Code::kUnavailable, "its process ended unasked") : why);
    else
      event_(InstanceState::kStopped, {});
  }

  RunnerEnvironment environment_;
  RunnerOptions options_;
  Event event_;
  std::string process_;
  std::unique_ptr<ChildProcess> child_;
  bool stopping_ = false;
  Registration timer_;
  Registration pending_;
};

}  // namespace

std::unique_ptr<Runner> make_process_runner(RunnerEnvironment environment, RunnerOptions options,
                                            Runner::Event event) {
  return std::make_unique<ProcessRunner>(std::move(environment), std::move(options),
                                         std::move(event));
}

}  // namespace kubus::kernel
