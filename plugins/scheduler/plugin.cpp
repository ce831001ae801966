#include "kubus/plugin.h"

#include <memory>

#include "scheduler.h"

namespace kubus::scheduler {

class SchedulerPlugin : public Plugin {
 public:
  using Plugin::Plugin;

  Status start() override {
    KUBUS_TRY(context().server().serve("scheduler.v1", bus::Service()));
    scheduler_ = std::make_unique<Scheduler>(context(), "default-scheduler");
    scheduler_->start();
    return {};
  }

  void drain() override {
    if (scheduler_) scheduler_->stop();
  }

 private:
  std::unique_ptr<Scheduler> scheduler_;
};

}  // namespace kubus::scheduler

KUBUS_PLUGIN(kubus::scheduler::SchedulerPlugin)
