#include "probe_manager.h"

#include <map>
#include <mutex>
#include <optional>

#include "kubus/context.h"
#include "prober.h"

namespace kubus::kubelet {
namespace {

enum Kind { kStartup, kLiveness, kReadiness };
constexpr const char* kNames[] = {"Startup", "Liveness", "Readiness"};

int or_default(int value, int otherwise) { return value > 0 ? value : otherwise; }

// A probe that reached its verdict: `passing` moves after so many results in a row.
struct Verdict {
  bool passing = false;
  int streak = 0;
  bool last = false;

  // True when `passing` changed.
  bool add(bool success, int success_threshold, int failure_threshold) {
    streak = success == last ? streak + 1 : 1;
    last = success;
    const int needed = success ? success_threshold : failure_threshold;
    if (streak < needed || passing == success) return false;
    passing = success;
    return true;
  }
};

// What the status says of this very container.
bool has_passed(const core_v1::Pod& pod, const std::string& container_id, Kind kind) {
  const auto& status = pod.status();
  for (const auto* list : {&status.containerstatuses(), &status.initcontainerstatuses()})
    for (const auto& container : *list)
      if (container.containerid().ends_with("//" + container_id))
        return kind == kReadiness ? container.ready() : kind == kStartup && container.started();
  return false;
}

}  // namespace

struct ProbeManager::Impl : std::enable_shared_from_this<Impl> {
  struct Worker {
    PodPtr pod;
    std::string pod_ip;
    std::string container;  // its name
    std::string id;
    Kind kind;
    core_v1::Probe probe;
    Verdict verdict;
    bool decided = false;  // a startup or liveness probe reached its end
    Registration timer;    // loop only
  };
  using WorkerPtr = std::shared_ptr<Worker>;

  Impl(Context& c, NodeRuntime& r, ChangedFn on_change, UnhealthyFn on_unhealthy)
      : context(c), runtime(r), changed(std::move(on_change)), unhealthy(std::move(on_unhealthy)) {}

  void add(const PodPtr& pod, const std::string& ip, const runtime::Container& container,
           const core_v1::Container& spec, Kind kind, const core_v1::Probe& probe) {
    const auto key = std::make_pair(container.id(), kind);
    if (workers.contains(key)) {
      workers[key]->pod_ip = ip;
      return;
    }
    auto worker = std::make_shared<Worker>();
    worker->pod = pod;
    worker->pod_ip = ip;
    worker->container = spec.name();
    worker->id = container.id();
    worker->kind = kind;
    worker->probe = probe;
    // Alive until shown otherwise; ready and started only when shown, now or to a predecessor of
    // this process.
    worker->verdict.passing = kind == kLiveness || has_passed(*pod, container.id(), kind);
    worker->verdict.last = worker->verdict.passing;
    workers[key] = worker;
    if (kind == kStartup && worker->verdict.passing) return;
    const auto started = std::chrono::nanoseconds(container.started_at());
    const auto since = std::chrono::system_clock::now().time_since_epoch() - started;
    const auto initial = std::chrono::seconds(probe.initialdelayseconds());
    schedule(worker, std::max<Duration>(initial - since, Duration(0)));
  }

  void schedule(const WorkerPtr& worker, Duration delay) {
    std::weak_ptr<Impl> weak = weak_from_this();
    context.loop().post([weak, worker, delay] {
      auto self = weak.lock();
      if (!self) return;
      worker->timer = self->context.loop().after(delay, [weak, worker] {
        if (auto impl = weak.lock())
          impl->context.pool().post([impl, worker] { impl->run(worker); });
      });
    });
  }

  void run(const WorkerPtr& worker) {
    PodPtr pod;
    std::string ip;
    {
      std::lock_guard lock(mutex);
      if (!current(worker)) return;
      pod = worker->pod;
      ip = worker->pod_ip;
      // Liveness and readiness wait for startup.
      if (worker->kind != kStartup && !passing(worker->id, kStartup, true)) {
        schedule(worker, period(*worker));
        return;
      }
    }
    const core_v1::Container* spec = find_container(*pod, worker->container);
    const Status result =
        run_probe(runtime, worker->probe.handler(), {worker->id, ip, spec},
                  std::chrono::seconds(or_default(worker->probe.timeoutseconds(), 1)));
    finish(worker, pod, result);
  }

  void finish(const WorkerPtr& worker, const PodPtr& pod, const Status& result) {
    bool news = false;
    bool done = false;
    {
      std::lock_guard lock(mutex);
      if (!current(worker)) return;
      const int failure_threshold = or_default(worker->probe.failurethreshold(), 3);
      news = worker->verdict.add(result.ok(), or_default(worker->probe.successthreshold(), 1),
                                 failure_threshold);
      const bool failed_for_good = !worker->verdict.last &&
                                   worker->verdict.streak >= failure_threshold &&
                                   worker->kind != kReadiness;
      done = failed_for_good || (worker->kind == kStartup && worker->verdict.passing);
      news = news || (done && !worker->decided);
      worker->decided = done;
    }
    if (!result.ok()) unhealthy(pod, worker->container, kNames[worker->kind], result.message());
    if (news) changed(pod->metadata().uid());
    if (!done) schedule(worker, period(*worker));
  }

  static Duration period(const Worker& worker) {
    return std::chrono::seconds(or_default(worker.probe.periodseconds(), 10));
  }

  // The rest is called with `mutex` held.
  bool current(const WorkerPtr& worker) const {
    auto it = workers.find({worker->id, worker->kind});
    return it != workers.end() && it->second == worker;
  }
  bool passing(const std::string& id, Kind kind, bool without) const {
    auto it = workers.find({id, kind});
    return it == workers.end() ? without : it->second->verdict.passing;
  }
  bool failed_for_good(const std::string& id, Kind kind) const {
    auto it = workers.find({id, kind});
    return it != workers.end() && it->second->decided && !it->second->verdict.passing;
  }

  Context& context;
  NodeRuntime& runtime;
  const ChangedFn changed;
  const UnhealthyFn unhealthy;
  mutable std::mutex mutex;
  std::map<std::pair<std::string, Kind>, WorkerPtr> workers;
};

ProbeManager::ProbeManager(Context& context, NodeRuntime& runtime, ChangedFn changed,
                           UnhealthyFn unhealthy)
    : impl_(std::make_shared<Impl>(context, runtime, std::move(changed), std::move(unhealthy))) {}
ProbeManager::~ProbeManager() = default;

void ProbeManager::track(const PodPtr& pod, const std::string& pod_ip,
                         const std::vector<const runtime::Container*>& running) {
  std::lock_guard lock(impl_->mutex);
  std::erase_if(impl_->workers, [&](const auto& entry) {
    if (entry.second->pod->metadata().uid() != pod->metadata().uid()) return false;
    return std::none_of(running.begin(), running.end(), [&](const auto* container) {
      return container->id() == entry.first.first;
    });
  });
  for (const runtime::Container* container : running) {
    const core_v1::Container* spec = find_container(*pod, container->config().name());
    if (!spec) continue;
    if (spec->has_startupprobe())
      impl_->add(pod, pod_ip, *container, *spec, kStartup, spec->startupprobe());
    if (spec->has_livenessprobe())
      impl_->add(pod, pod_ip, *container, *spec, kLiveness, spec->livenessprobe());
    if (spec->has_readinessprobe())
      impl_->add(pod, pod_ip, *container, *spec, kReadiness, spec->readinessprobe());
  }
}

void ProbeManager::forget(const std::string& uid) {
  std::lock_guard lock(impl_->mutex);
  std::erase_if(impl_->workers,
                [&](const auto& entry) { return entry.second->pod->metadata().uid() == uid; });
}

bool ProbeManager::liveness_failed(const std::string& id) const {
  std::lock_guard lock(impl_->mutex);
  return impl_->failed_for_good(id, kLiveness) || impl_->failed_for_good(id, kStartup);
}
bool ProbeManager::ready(const std::string& id) const {
  std::lock_guard lock(impl_->mutex);
  return impl_->passing(id, kReadiness, true);
}
bool ProbeManager::started(const std::string& id) const {
  std::lock_guard lock(impl_->mutex);
  return impl_->passing(id, kStartup, true);
}

}  // namespace kubus::kubelet
