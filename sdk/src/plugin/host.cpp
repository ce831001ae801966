#include "kubus/host.h"

#include <unistd.h>

#include <utility>

#include "plugin/host_core.h"
#include "plugin/instance_impl.h"

namespace kubus {
namespace {

class HostImpl final : public Host {
 public:
  explicit HostImpl(std::shared_ptr<plugin::HostCore> core) : core_(std::move(core)) {}
  ~HostImpl() override {
    // What does not end still uses the core: it is left to the end of the process.
    if (!close(std::chrono::seconds(10)).ok()) new std::shared_ptr(core_);
  }

  const HostOptions& options() const override { return core_->options(); }
  Instance& self() override { return core_->self(); }
  Directory* directory() override { return core_->directory(); }
  Result<Instance*> make_instance(InstanceOptions options) override {
    return core_->make_instance(std::move(options));
  }
  Status release(Instance* instance) override { return core_->release(instance); }
  std::vector<Instance*> instances() const override { return core_->instances(); }
  void observe(InstanceObserver observer) override { core_->observe(std::move(observer)); }
  bool connected() const override { return core_->connected(); }
  Status close(std::chrono::milliseconds deadline) override {
    if (!closed_) outcome_ = core_->close(deadline);
    closed_ = true;
    return outcome_;
  }

 private:
  const std::shared_ptr<plugin::HostCore> core_;
  bool closed_ = false;
  Status outcome_;
};

}  // namespace

Result<std::unique_ptr<Host>> Host::open(HostOptions options) {
  if (options.id.empty() || options.run_dir.empty())
    return Status(Code::kBadRequest, "a host needs an id and a run directory");
  if (options.run_dir.size() > 60)
    return Status(Code::kBadRequest, options.run_dir + " is too long for a run directory (60)");
  // The command shares its name with the kernel; as a process it is one of its own.
  const std::string process =
      options.role == HostRole::kClient ? "client-" + std::to_string(::getpid()) : options.id;
  auto core = std::make_shared<plugin::HostCore>(std::move(options), process);
  if (Status status = core->open(); !status.ok()) return status;
  return std::unique_ptr<Host>(std::make_unique<HostImpl>(std::move(core)));
}

}  // namespace kubus
