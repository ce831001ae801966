#include <unistd.h>

#include "loader/library.h"
#include "supervisor/runner.h"

namespace kubus::kernel {
namespace {

class LocalRunner final : public Runner {
 public:
  LocalRunner(RunnerEnvironment environment, HostSpec spec, Event event)
      : environment_(std::move(environment)), spec_(std::move(spec)), event_(std::move(event)) {}

  ~LocalRunner() override {
    // Code that may still run keeps its file: only a stopped instance's library is closed.
    if (instance_) [[maybe_unused]]
      auto* kept = library_.release();
  }

  void start() override {
    environment_.loader.post([this, alive = std::weak_ptr(alive_), path = spec_.file()] {
      auto opened = std::make_shared<Result<std::unique_ptr<Library>>>(Library::open(path));
      environment_.loop.post([this, alive, opened] {
        if (alive.lock()) loaded(std::move(*opened));
      });
    });
  }

  void configure(const Config& config) override {
    if (instance_) instance_->configure(config);
  }

  void stop(std::chrono::milliseconds deadline) override {
    stopping_ = true;
    if (instance_)
      instance_->stop(deadline);
    else if (!loading_)
      unload();
  }

  void report(const InstanceReport& report) override {
    if (report.state == InstanceState::kStopped) return unload();
    event_(report.state, report.why);
  }

  int pid() const override { return ::getpid(); }

 private:
  void loaded(Result<std::unique_ptr<Library>> opened) {
    loading_ = false;
    if (!opened.ok()) return fail(opened.status());
    library_ = std::move(*opened);
    if (stopping_) return unload();
    auto instance = environment_.host.make_instance(instance_options(spec_));
    if (!instance.ok()) return fail(instance.status());
    instance_ = *instance;
    instance_->start(library_->descriptor());
  }

  // Without an instance there is nobody else to report it.
  void fail(const Status& why) {
    if (stopping_) return unload();
    event_(InstanceState::kFailed, why);
  }

  void unload() {
    if (instance_) {
      if (auto status = environment_.host.release(instance_); !status.ok())
        return event_(InstanceState::kZombie, status);
      instance_ = nullptr;
    }
    if (!library_) return ended({});
    environment_.loader.post([this, alive = std::weak_ptr(alive_),
                              library = std::shared_ptr<Library>(std::move(library_))] {
      auto status = std::make_shared<Status>(library->close());
      environment_.loop.post([this, alive, status] {
        if (alive.lock()) ended(*status);
      });
    });
  }

  void ended(const Status& status) { event_(InstanceState::kStopped, status); }

  RunnerEnvironment environment_;
  HostSpec spec_;
  Event event_;
  std::unique_ptr<Library> library_;
  kubus::Instance* instance_ = nullptr;
  bool loading_ = true;
  bool stopping_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace

InstanceOptions instance_options(const HostSpec& spec) {
  InstanceOptions options;
  options.id = spec.id();
  options.generation = spec.generation();
  options.config = Config({spec.config().begin(), spec.config().end()});
  options.state_dir = spec.state_dir();
  options.runtime_dir = spec.runtime_dir();
  options.threads = spec.threads();
  options.permissions = {spec.permissions().begin(), spec.permissions().end()};
  options.start_timeout = std::chrono::milliseconds(spec.start_timeout_ms());
  return options;
}

std::unique_ptr<Runner> make_local_runner(RunnerEnvironment environment, HostSpec spec,
                                          Runner::Event event) {
  return std::make_unique<LocalRunner>(std::move(environment), std::move(spec), std::move(event));
}

}  // namespace kubus::kernel
