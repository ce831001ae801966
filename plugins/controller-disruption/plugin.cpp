#include <kubus/controller.h>
#include <kubus/events.h>
#include <kubus/plugin.h>
#include <kubus/workload.h>

#include "scales.h"

namespace kubus::disruption {
namespace {

SystemTime now() { return std::chrono::system_clock::now(); }

}  // namespace

class DisruptionPlugin : public Plugin {
 public:
  using Plugin::Plugin;

  Status start() override {
    controller_.workers(2).watch<core_v1::Pod>([this](const core_v1::Pod& pod) {
      if (const auto end = target_ends(pod)) targets_.add_after(key_of(pod).str(), *end - now());
      return budgets_about(pod);
    });
    watch_wanted<apps_v1::Deployment>();
    watch_wanted<apps_v1::ReplicaSet>();
    watch_wanted<apps_v1::StatefulSet>();
    watch_wanted<core_v1::ReplicationController>();
    return controller_.reconcile<PodDisruptionBudget>(
        [this](const PodDisruptionBudget& budget) { return reconcile(budget); });
  }

 private:
  template <class T>
  std::shared_ptr<const T> get(const ObjectKey& key) {
    return controller_.informer<T>().get(key);
  }

  // A changed number of wanted pods concerns the budgets that count those.
  template <class T>
  void watch_wanted() {
    controller_.informer<T>().on_change([this](const auto& old, const auto& now) {
      if (!now || (old && old->spec().replicas() == now->spec().replicas())) return;
      for (const auto& budget : budgets_.list(now->metadata().namespace_()))
        if (counts_wanted(*budget)) controller_.enqueue(key_of(*budget));
    });
  }

  std::vector<ObjectKey> budgets_about(const core_v1::Pod& pod) const {
    std::vector<ObjectKey> keys;
    for (const auto& budget : budgets_.list(pod.metadata().namespace_()))
      if (covers(*budget, pod)) keys.push_back(key_of(*budget));
    return keys;
  }

  Outcome reconcile(const PodDisruptionBudget& budget) {
    Outcome outcome = reckon(budget);
    const Status& failure = outcome.status();
    if (failure.ok() || failure.code() == Code::kConflict) return outcome;
    context().log().warn("a disruption budget cannot be reckoned up",
                         {{"budget", key_of(budget).str()}, {"error", failure.message()}});
    return store(budget, failed_status(budget, failure.message(), now()));
  }

  Outcome reckon(const PodDisruptionBudget& budget) {
    Pods pods;
    for (auto& pod : pods_.list(budget.metadata().namespace_()))
      if (covers(budget, *pod)) pods.push_back(std::move(pod));
    if (pods.empty()) events_.normal(budget, "NoPods", "No matching pods found");
    Account account;
    if (Status counted = count(budget, pods, account); !counted.ok()) {
      events_.warning(budget, "CalculateExpectedPodCountFailed",
                      "Failed to calculate the number of expected pods: " + counted.message());
      return counted;
    }
    const SystemTime time = now();
    const Disrupted disrupted = still_disrupted(budget, pods, time);
    for (const PodPtr& pod : disrupted.late)
      events_.warning(
          *pod, "NotDeleted",
          "Pod was expected by PDB " + key_of(budget).str() + " to be deleted but it wasn't");
    account.healthy = count_healthy(pods, disrupted);
    KUBUS_TRY(store(budget, make_status(budget, account, disrupted, time)));
    if (!disrupted.recheck) return Outcome::done();
    // Late is who has not gone at a later time than that.
    return Outcome::requeue_after(*disrupted.recheck - time + std::chrono::milliseconds(1));
  }

  // Sets what is expected and desired.
  Status count(const PodDisruptionBudget& budget, const Pods& pods, Account& account) {
    account.expected = static_cast<std::int32_t>(pods.size());
    if (counts_wanted(budget)) {
      const auto scales = scales_of(pods, lookups_);
      if (!scales.ok()) return scales.status();
      account.expected = scales->wanted;
      if (!scales->unmanaged.empty()) tell_of_unmanaged(budget);
    }
    const auto desired = desired_healthy(budget, account.expected);
    if (!desired.ok()) return desired.status();
    account.desired = *desired;
    return {};
  }

  void tell_of_unmanaged(const PodDisruptionBudget& budget) {
    events_.warning(budget, "UnmanagedPods",
                    "Pods selected by this PodDisruptionBudget (selector: " +
                        selector_text(budget.spec().selector()) +
                        ") were found to be unmanaged. As a result, the status of the PDB cannot "
                        "be calculated correctly, which may result in undefined behavior. To "
                        "account for these pods please set \".spec.minAvailable\" field of the "
                        "PDB to an integer value.");
  }

  Status store(const PodDisruptionBudget& budget, const PodDisruptionBudgetStatus& status) {
    if (same_content(budget.status(), status)) return {};
    PodDisruptionBudget changed = budget;
    *changed.mutable_status() = status;
    return controller_.client().update_status(changed).status();
  }

  // A pod that was to be disrupted and was not.
  Outcome end_stale_target(const ObjectKey& key) {
    const auto pod = pods_.get(key);
    const auto end = pod ? target_ends(*pod) : std::nullopt;
    if (!end) return Outcome::done();
    const SystemTime time = now();
    if (*end > time) return Outcome::requeue_after(*end - time);
    core_v1::Pod changed = *pod;
    end_target(changed, time);
    Status stored = controller_.client().update_status(changed).status();
    return stored.code() == Code::kNotFound ? Status() : stored;
  }

  EventRecorder events_{context(), "controllermanager"};
  Controller controller_{context(), "disruption"};
  Informer<core_v1::Pod>& pods_{controller_.informer<core_v1::Pod>()};
  Informer<PodDisruptionBudget>& budgets_{controller_.informer<PodDisruptionBudget>()};
  const Lookups lookups_{
      [this](const ObjectKey& key) { return get<apps_v1::Deployment>(key); },
      [this](const ObjectKey& key) { return get<apps_v1::ReplicaSet>(key); },
      [this](const ObjectKey& key) { return get<apps_v1::StatefulSet>(key); },
      [this](const ObjectKey& key) { return get<core_v1::ReplicationController>(key); }};
  WorkQueue targets_{context(), "disruption-targets", 1, [this](const std::string& key) {
                       return end_stale_target(ObjectKey::parse(key));
                     }};
};

}  // namespace kubus::disruption

KUBUS_PLUGIN(kubus::disruption::DisruptionPlugin)
