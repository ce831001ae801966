#include "probe_manager.h"

#include <map>
#include <mutex>

#include "../retry.h"
#include "kubus/context.h"
#include "probe_metrics.h"
#include "prober.h"
#include "verdict.h"

namespace kubus::kubelet {

using Clock = std::chrono::steady_clock;

enum class ProbeKind { kStartup, kLiveness, kReadiness };

namespace {

const char* name_of(ProbeKind kind) {
  switch (kind) {
    case ProbeKind::kStartup:
      return "Startup";
    case ProbeKind::kLiveness:
      return "Liveness";
    default:
      return "Readiness";
  }
}

int or_default(int value, int otherwise) { return value > 0 ? value : otherwise; }

// What the status says of this very container.
bool has_passed(const core_v1::Pod& pod, const std::string& container_id, ProbeKind kind) {
  const auto& status = pod.status();
  for (const auto* list : {&status.containerstatuses(), &status.initcontainerstatuses()})
    for (const auto& container : *list)
      if (container.containerid().ends_with("//" + container_id))
        return kind == ProbeKind::kReadiness ? container.ready()
                                             : kind == ProbeKind::kStartup && container.started();
  return false;
}

}  // namespace

// One probe of one container.
struct ProbeWorker {
  PodPtr pod;
  std::string pod_ip;
  std::string container;  // its name
  std::string id;
  ProbeKind kind{};
  core_v1::Probe probe;
  Verdict verdict;
  bool decided = false;  // a startup or liveness probe reached its end
  bool waiting = false;  // for the startup probe
  Registration timer;    // Loop only
  Registration exec;     // Loop only

  std::chrono::seconds period() const {
    return std::chrono::seconds(or_default(probe.periodseconds(), 10));
  }
  std::chrono::seconds timeout() const {
    return std::chrono::seconds(or_default(probe.timeoutseconds(), 1));
  }
  int failure_threshold() const { return or_default(probe.failurethreshold(), 3); }
};
using WorkerPtr = std::shared_ptr<ProbeWorker>;

struct ProbeManager::Impl : std::enable_shared_from_this<ProbeManager::Impl> {
  Impl(Context& c, NodeRuntime& r, ChangedFn on_change, UnhealthyFn on_unhealthy)
      : context(c), runtime(r), changed(std::move(on_change)), unhealthy(std::move(on_unhealthy)) {}

  // With `mutex` held.
  void add(const PodPtr& pod, const std::string& ip, const runtime::Container& container,
           const core_v1::Container& spec, ProbeKind kind, const core_v1::Probe& probe) {
    WorkerPtr& worker = workers[{container.id(), kind}];
    if (worker) {
      worker->pod_ip = ip;
      return;
    }
    worker = std::make_shared<ProbeWorker>();
    worker->pod = pod;
    worker->pod_ip = ip;
    worker->container = spec.name();
    worker->id = container.id();
    worker->kind = kind;
    worker->probe = probe;
    // Alive until shown otherwise; ready and started only when shown, now or to a predecessor of
    // this process.
    worker->verdict.passing =
        kind == ProbeKind::kLiveness || has_passed(*pod, container.id(), kind);
    worker->verdict.last = worker->verdict.passing;
    worker->decided = kind == ProbeKind::kStartup && worker->verdict.passing;
    // Liveness and readiness wait for startup.
    worker->waiting = kind != ProbeKind::kStartup && spec.has_startupprobe();
    const WorkerPtr startup = find(container.id(), ProbeKind::kStartup);
    if (startup && startup->verdict.passing) worker->waiting = false;
    if (!worker->waiting && !worker->decided)
      schedule(worker, initial_delay(probe, container.started_at()));
  }

  static Duration initial_delay(const core_v1::Probe& probe, std::int64_t started_at) {
    const auto since =
        std::chrono::system_clock::now().time_since_epoch() - std::chrono::nanoseconds(started_at);
    return std::max<Duration>(std::chrono::seconds(probe.initialdelayseconds()) - since,
                              Duration(0));
  }

  void schedule(const WorkerPtr& worker, Duration delay) {
    std::weak_ptr<Impl> weak = weak_from_this();
    context.loop().post([weak, worker, delay] {
      auto self = weak.lock();
      if (!self) return;
      worker->timer = self->context.loop().after(delay, [weak, worker] {
        if (auto impl = weak.lock()) impl->probe(worker);
      });
    });
  }

  // On the Loop.
  void probe(const WorkerPtr& worker) {
    std::string ip;
    {
      std::lock_guard lock(mutex);
      if (!current(worker)) return;
      ip = worker->pod_ip;
    }
    std::weak_ptr<Impl> weak = weak_from_this();
    const auto began = Clock::now();
    const core_v1::ProbeHandler& handler = worker->probe.handler();
    if (handler.has_exec()) {
      const auto& command = handler.exec().command();
      worker->exec = runtime.exec_later(
          worker->id, {command.begin(), command.end()}, worker->timeout(),
          [weak, worker, began](const Result<runtime::ExecSyncResponse>& ran) {
            auto self = weak.lock();
            if (!self) return;
            // While the runtime is replaced nothing is known of the container.
            if (!ran.ok() && was_away(ran.status()))
              return self->schedule(worker, worker->period());
            self->finish(
                worker, exec_result(worker->probe.handler().exec(), worker->timeout(), ran), began);
          });
      return;
    }
    context.pool().post([weak, worker, ip, began] {
      auto self = weak.lock();
      if (!self) return;
      const core_v1::Container* spec = find_container(*worker->pod, worker->container);
      self->finish(worker, run_probe(worker->probe.handler(), {ip, spec}, worker->timeout()),
                   began);
    });
  }

  void finish(const WorkerPtr& worker, const ProbeResult& result, Clock::time_point began) {
    const std::chrono::duration<double> took = Clock::now() - began;
    bool news = false;
    bool over = false;
    {
      std::lock_guard lock(mutex);
      if (!current(worker)) return;
      if (result.outcome != ProbeOutcome::kError) {
        metrics.count(*worker->pod, worker->container, name_of(worker->kind), result.ok(),
                      took.count());
        const int failures = worker->failure_threshold();
        news = worker->verdict.add(result.ok(), or_default(worker->probe.successthreshold(), 1),
                                   failures);
        const bool startup = worker->kind == ProbeKind::kStartup;
        over = (worker->kind != ProbeKind::kReadiness && worker->verdict.failed(failures)) ||
               (startup && worker->verdict.passing);
        news = news || (over && !worker->decided);
        worker->decided = over;
        if (startup && worker->verdict.passing) release(worker->id);
      }
    }
    if (!result.ok()) unhealthy(worker->pod, worker->container, message(*worker, result));
    if (news) changed(worker->pod->metadata().uid());
    if (!over) schedule(worker, worker->period());
  }

  static std::string message(const ProbeWorker& worker, const ProbeResult& result) {
    const std::string kind = name_of(worker.kind);
    if (result.outcome == ProbeOutcome::kError)
      return kind + " probe errored and resulted in unknown state: " + result.output;
    return kind + " probe failed: " + result.output;
  }

  // The rest is called with `mutex` held.

  // The container has started: its other probes begin.
  void release(const std::string& id) {
    for (const ProbeKind kind : {ProbeKind::kLiveness, ProbeKind::kReadiness}) {
      const WorkerPtr worker = find(id, kind);
      if (!worker || !worker->waiting) continue;
      worker->waiting = false;
      schedule(worker, Duration(0));
    }
  }
  WorkerPtr find(const std::string& id, ProbeKind kind) const {
    auto it = workers.find({id, kind});
    return it == workers.end() ? nullptr : it->second;
  }
  bool current(const WorkerPtr& worker) const { return find(worker->id, worker->kind) == worker; }
  ProbeVerdict verdict(const std::string& id, ProbeKind kind) const {
    const WorkerPtr worker = find(id, kind);
    if (!worker || !worker->decided) return ProbeVerdict::kUnknown;
    return worker->verdict.passing ? ProbeVerdict::kPassed : ProbeVerdict::kFailed;
  }
  // Takes workers out; they are destroyed by the caller, without the lock: that may wait for the
  // Loop.
  template <class Unwanted>
  std::vector<WorkerPtr> take(const Unwanted& unwanted) {
    std::vector<WorkerPtr> taken;
    std::erase_if(workers, [&](const auto& entry) {
      if (!unwanted(*entry.second)) return false;
      taken.push_back(entry.second);
      return true;
    });
    return taken;
  }

  Context& context;
  NodeRuntime& runtime;
  const ChangedFn changed;
  const UnhealthyFn unhealthy;
  mutable std::mutex mutex;
  ProbeMetrics metrics;
  std::map<std::pair<std::string, ProbeKind>, WorkerPtr> workers;
};

ProbeManager::ProbeManager(Context& context, NodeRuntime& runtime, ChangedFn changed,
                           UnhealthyFn unhealthy)
    : impl_(std::make_shared<Impl>(context, runtime, std::move(changed), std::move(unhealthy))) {}
ProbeManager::~ProbeManager() = default;

void ProbeManager::track(const PodPtr& pod, const std::string& pod_ip,
                         const std::vector<const runtime::Container*>& running) {
  std::vector<WorkerPtr> gone;
  std::lock_guard lock(impl_->mutex);
  gone = impl_->take([&](const ProbeWorker& worker) {
    if (worker.pod->metadata().uid() != pod->metadata().uid()) return false;
    return std::none_of(running.begin(), running.end(),
                        [&](const auto* container) { return container->id() == worker.id; });
  });
  for (const runtime::Container* container : running) {
    const core_v1::Container* spec = find_container(*pod, container->config().name());
    if (!spec) continue;
    const auto add = [&](ProbeKind kind, const core_v1::Probe& probe) {
      impl_->add(pod, pod_ip, *container, *spec, kind, probe);
    };
    if (spec->has_startupprobe()) add(ProbeKind::kStartup, spec->startupprobe());
    if (spec->has_livenessprobe()) add(ProbeKind::kLiveness, spec->livenessprobe());
    if (spec->has_readinessprobe()) add(ProbeKind::kReadiness, spec->readinessprobe());
  }
}

void ProbeManager::forget(const std::string& uid) {
  std::vector<WorkerPtr> gone;
  std::lock_guard lock(impl_->mutex);
  gone =
      impl_->take([&](const ProbeWorker& worker) { return worker.pod->metadata().uid() == uid; });
  impl_->metrics.forget(uid);
}

std::string ProbeManager::metrics() const { return impl_->metrics.text(); }

ProbeVerdict ProbeManager::liveness(const std::string& id) const {
  std::lock_guard lock(impl_->mutex);
  return impl_->verdict(id, ProbeKind::kLiveness);
}
ProbeVerdict ProbeManager::startup(const std::string& id) const {
  std::lock_guard lock(impl_->mutex);
  return impl_->verdict(id, ProbeKind::kStartup);
}
bool ProbeManager::ready(const std::string& id) const {
  std::lock_guard lock(impl_->mutex);
  const WorkerPtr worker = impl_->find(id, ProbeKind::kReadiness);
  return !worker || worker->verdict.passing;
}
bool ProbeManager::started(const std::string& id) const {
  std::lock_guard lock(impl_->mutex);
  const WorkerPtr worker = impl_->find(id, ProbeKind::kStartup);
  return !worker || worker->verdict.passing;
}

}  // namespace kubus::kubelet
