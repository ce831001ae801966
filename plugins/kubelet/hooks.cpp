#include "hooks.h"

#include <map>
#include <mutex>

#include "kubus/context.h"
#include "probes/prober.h"

namespace kubus::kubelet {

struct Hooks::Impl : std::enable_shared_from_this<Impl> {
  Impl(Context& c, NodeRuntime& r) : context(c), runtime(r) {}

  struct Run {
    DoneFn done;
    Registration work;
  };

  std::uint64_t begin(DoneFn done) {
    std::lock_guard lock(mutex);
    runs[++last] = {std::move(done), {}};
    return last;
  }
  // What keeps the work going; dropped when it has ended already.
  void keep(std::uint64_t id, Registration work) {
    std::lock_guard lock(mutex);
    if (auto it = runs.find(id); it != runs.end()) it->second.work = std::move(work);
  }
  void end(std::uint64_t id, const Status& status) {
    Run run;
    {
      std::lock_guard lock(mutex);
      auto it = runs.find(id);
      if (it == runs.end()) return;
      run = std::move(it->second);
      runs.erase(it);
    }
    run.done(status);
  }

  Context& context;
  NodeRuntime& runtime;
  std::mutex mutex;
  std::uint64_t last = 0;
  std::map<std::uint64_t, Run> runs;
};

Hooks::Hooks(Context& context, NodeRuntime& runtime)
    : impl_(std::make_shared<Impl>(context, runtime)) {}

Hooks::~Hooks() {
  std::map<std::uint64_t, Impl::Run> runs;
  std::lock_guard lock(impl_->mutex);
  runs.swap(impl_->runs);
}

void Hooks::run(const core_v1::LifecycleHandler& hook, const Target& target,
                std::chrono::seconds timeout, DoneFn done) {
  const auto id = impl_->begin(std::move(done));
  std::weak_ptr<Impl> weak = impl_;
  const auto end = [weak, id](const Status& status) {
    if (auto self = weak.lock()) self->end(id, status);
  };
  if (hook.has_sleep()) {
    const auto nap = std::min(std::chrono::seconds(hook.sleep().seconds()), timeout);
    impl_->keep(id, impl_->context.loop().after(nap, [end] { end({}); }));
  } else if (hook.has_exec()) {
    impl_->keep(
        id, impl_->runtime.exec_later(
                target.container_id, {hook.exec().command().begin(), hook.exec().command().end()},
                timeout, [end](const Result<runtime::ExecSyncResponse>& result) {
                  if (!result.ok()) return end(result.status());
                  if (result->exit_code() == 0) return end({});
                  end(Status(Code::kUnknown,
                             "command exited with " + std::to_string(result->exit_code())));
                }));
  } else {
    core_v1::ProbeHandler action;
    if (hook.has_httpget()) *action.mutable_httpget() = hook.httpget();
    impl_->context.pool().post([end, action, target, timeout] {
      const ProbeResult result = run_probe(action, {target.address, target.spec}, timeout);
      end(result.ok() ? Status() : Status(Code::kUnknown, result.output));
    });
  }
}

}  // namespace kubus::kubelet
