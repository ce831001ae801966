#include <signal.h>
#include <unistd.h>

#include "kubus/rpc.h"
#include "supervisor/child_process.h"
#include "supervisor/runner.h"

namespace kubus::kernel {
namespace {

constexpr rpc::Method<ConfigureRequest, ConfigureReply> kConfigure{kHostService, "Configure"};
constexpr rpc::Method<StopRequest, StopReply> kStop{kHostService, "Stop"};

class ProcessRunner final : public Runner {
 public:
  ProcessRunner(RunnerEnvironment environment, HostSpec spec, Event event)
      : environment_(std::move(environment)), spec_(std::move(spec)), event_(std::move(event)) {
    spec_.set_run_dir(environment_.host.options().run_dir);
    spec_.set_process("host-" + spec_.id() + "-" + std::to_string(spec_.generation()));
    spec_.set_parent_pid(::getpid());
  }

  void start() override {
    // The plugin's informers are the process's: it may do what its plugin may, and no more.
    for (const auto& id : {spec_.id(), spec_.process()})
      environment_.host.directory()->expect(
          id, spec_.generation(), spec_.process(),
          {spec_.permissions().begin(), spec_.permissions().end()});
    auto child =
        ChildProcess::spawn(environment_.loop, {environment_.host_program, spec_.id()},
                            spec_.SerializeAsString(), [this](const Status& why) { exited(why); });
    if (!child.ok()) return event_(InstanceState::kFailed, child.status());
    child_ = std::move(*child);
    // It reports its own time-out; this one is for a process that reports nothing at all.
    timer_ = environment_.loop.after(
        std::chrono::milliseconds(spec_.start_timeout_ms()) + kGrace, [this] {
          event_(InstanceState::kFailed, {Code::kTimeout, "its process did not report in time"});
        });
  }

  void configure(const Config& config) override {
    ConfigureRequest request;
    request.set_id(spec_.id());
    request.set_generation(spec_.generation());
    for (const auto& [key, value] : config.values()) (*request.mutable_values())[key] = value;
    pending_ =
        rpc::call(bus(), kConfigure, request, to_host(), [](const Result<ConfigureReply>&) {});
  }

  void stop(std::chrono::milliseconds deadline) override {
    if (!child_) return event_(InstanceState::kStopped, {});
    if (stopping_) return;
    stopping_ = true;
    StopRequest request;
    request.set_id(spec_.id());
    request.set_generation(spec_.generation());
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
    options.provider = spec_.process();
    options.timeout = std::chrono::seconds(1);
    return options;
  }

  void exited(const Status& why) {
    timer_.reset();
    pending_.reset();
    environment_.host.directory()->process_gone(spec_.process());
    auto ended = std::move(child_);
    if (!stopping_)
      event_(InstanceState::kFailed,
             why.ok() ? Status(Code::kUnavailable, "its process ended unasked") : why);
    else
      event_(InstanceState::kStopped, {});
  }

  RunnerEnvironment environment_;
  HostSpec spec_;
  Event event_;
  std::unique_ptr<ChildProcess> child_;
  bool stopping_ = false;
  Registration timer_;
  Registration pending_;
};

}  // namespace

std::unique_ptr<Runner> make_process_runner(RunnerEnvironment environment, HostSpec spec,
                                            Runner::Event event) {
  return std::make_unique<ProcessRunner>(std::move(environment), std::move(spec), std::move(event));
}

}  // namespace kubus::kernel
