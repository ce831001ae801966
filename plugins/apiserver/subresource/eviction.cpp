// Evictions: deletions of pods that spend from a disruption budget.
#include <google/protobuf/message.h>
#include <k8s/core/v1/pod.pb.h>
#include <k8s/meta/v1/status.pb.h>
#include <k8s/policy/v1/eviction.pb.h>
#include <k8s/policy/v1/pod_disruption_budget.pb.h>

#include "kubus/api/time.h"
#include "kubus/disruption.h"
#include "kubus/workload.h"
#include "registry/reflect.h"
#include "subresource/pod_actions.h"
#include "subresource/subresources.h"

namespace kubus::apiserver {
namespace {

using core_v1::Pod;
using policy_v1::PodDisruptionBudget;

constexpr int kAttempts = 50;
// Pods that were said to go and have not gone: with more of them the budget is not to be trusted.
constexpr int kMostDisrupted = 2000;

struct Job {
  Registry& registry;
  CallPtr call;
  Deletion deletion;
  Done done;
  // The caller named the version of the pod: nothing is tried again then.
  bool versioned = false;
  int attempts = 0;
};
using JobPtr = std::shared_ptr<Job>;

void evict(JobPtr job);

// Pods that serve nobody are evicted without asking the budget.
bool is_harmless(const Pod& pod) {
  const auto& phase = pod.status().phase();
  return phase == "Succeeded" || phase == "Failed" || phase == "Pending" || is_deleting(pod);
}

bool is_over(const Pod& pod) { return is_pod_finished(pod) || is_deleting(pod); }

Status eviction_refused(const std::string& cause) {
  auto status = errors::too_many_requests(
      "Cannot evict pod as it would violate the pod's disruption budget.", 0);
  meta_v1::StatusDetails details;
  auto& entry = *details.add_causes();
  entry.set_reason("DisruptionBudget");
  entry.set_message("The disruption budget " + cause);
  return status.with_details(details.SerializeAsString());
}

Status still_processed(const std::string& budget) {
  return eviction_refused(budget + " is still being processed by the server.");
}

Status used_up(const PodDisruptionBudget& budget) {
  const auto& name = budget.metadata().name();
  for (const auto& condition : budget.status().conditions())
    if (condition.type() == kDisruptionAllowed && condition.status() == "False" &&
        condition.reason() == kSyncFailed)
      return eviction_refused(
          name +
          " does not allow evicting pods currently because it failed sync: " + condition.message());
  return eviction_refused(name + " needs " + std::to_string(budget.status().desiredhealthy()) +
                          " healthy pods and has " +
                          std::to_string(budget.status().currenthealthy()) + " currently");
}

// One disruption less is left, and this pod is the one that used it.
Result<MessagePtr> spent(const Message& current, const std::string& pod) {
  auto object = clone(current);
  auto& budget = static_cast<PodDisruptionBudget&>(*object);
  auto& status = *budget.mutable_status();
  const auto& name = budget.metadata().name();
  const Subject subject{"policy", "poddisruptionbudget", name};
  if (status.observedgeneration() < budget.metadata().generation()) return still_processed(name);
  if (status.disruptionsallowed() < 0)
    return errors::forbidden(subject, "pdb disruptions allowed is negative");
  if (static_cast<int>(status.disruptedpods().size()) > kMostDisrupted)
    return errors::forbidden(
        subject, "DisruptedPods map too big - too many evictions not confirmed by PDB controller");
  if (status.disruptionsallowed() == 0) return used_up(budget);
  status.set_disruptionsallowed(status.disruptionsallowed() - 1);
  const auto now = std::chrono::system_clock::now();
  if (status.disruptionsallowed() == 0) note_disruptions_allowed(status, now);
  set_time((*status.mutable_disruptedpods())[pod], now);
  return object;
}

void remove_pod(const JobPtr& job, const Deletion& deletion, UniqueFunction<void(Status)> then) {
  job->registry.remove(job->call, deletion,
                       [then = std::move(then)](Result<Answer> result) mutable {
                         then(result.ok() ? Status() : result.status());
                       });
}

// Says on the pod why it goes, and deletes it.
void mark_and_remove(const JobPtr& job, Deletion deletion, UniqueFunction<void(Status)> then) {
  if (job->call->dry_run()) return remove_pod(job, deletion, std::move(then));
  job->registry.change(
      job->call, Part::kWhole,
      [job, deletion](const Object& stored, const Message& current) -> Result<MessagePtr> {
        KUBUS_TRY(check_preconditions(deletion, stored, *job->call));
        auto object = clone(current);
        set_pod_condition(
            static_cast<Pod&>(*object),
            {"DisruptionTarget", "True", "EvictionByEvictionAPI", "Eviction API: evicting"});
        return object;
      },
      [job, deletion, then = std::move(then)](Result<Answer> result) mutable {
        if (!result.ok()) return then(result.status());
        if (!deletion.resource_version.empty())
          deletion.resource_version = std::to_string(result->object->revision());
        remove_pod(job, deletion, std::move(then));
      });
}

void finish(const JobPtr& job, const Status& status) {
  job->done(status.ok() ? Result<Answer>(acknowledged()) : Result<Answer>(status));
}

// The pod may go as it is now; if it changes meanwhile, everything is looked at again.
void remove_harmless(const JobPtr& job, const Object& stored, const Pod& pod) {
  auto deletion = job->deletion;
  if (!job->versioned && !is_over(pod))
    deletion.resource_version = std::to_string(stored.revision());
  mark_and_remove(job, std::move(deletion), [job](const Status& status) {
    const bool again = status.code() == Code::kConflict && !job->versioned;
    if (again && job->attempts++ < kAttempts) return evict(job);
    finish(job, status);
  });
}

// A pod that is not ready and may go for that reason, unless it becomes ready.
void remove_unhealthy(const JobPtr& job, const Object& stored, const std::string& budget) {
  auto deletion = job->deletion;
  if (!job->versioned) deletion.resource_version = std::to_string(stored.revision());
  mark_and_remove(job, std::move(deletion), [job, budget](const Status& status) {
    const bool changed = status.code() == Code::kConflict && !job->versioned;
    finish(job, changed ? still_processed(budget) : status);
  });
}

void spend_and_remove(const JobPtr& job, const Object& budget) {
  auto spend = std::make_shared<Call>(*job->call);
  spend->resource = &budget.resource();
  spend->cache = job->registry.cache().find(*spend->resource);
  spend->info.name = std::string(budget.name());
  job->registry.change(
      spend, Part::kWhole,
      [name = job->call->info.name](const Object&, const Message& current) {
        return spent(current, name);
      },
      [job](const Result<Answer>& result) {
        if (!result.ok()) return finish(job, result.status());
        mark_and_remove(job, job->deletion, [job](const Status& status) { finish(job, status); });
      });
}

// The budgets of the namespace that count this pod.
std::vector<ObjectPtr> budgets_for(Registry& registry, const Object& stored, const Pod& pod) {
  std::vector<ObjectPtr> found;
  if (pod.metadata().labels().empty()) return found;
  registry.cache().find("policy", "poddisruptionbudgets")->for_each([&](const ObjectPtr& object) {
    if (object->ns() != stored.ns()) return;
    const auto decoded = object->decode();
    const auto& budget = static_cast<const PodDisruptionBudget&>(*decoded);
    if (!budget.spec().has_selector()) return;
    const auto selector = LabelMatcher::make(budget.spec().selector());
    if (selector.ok() && selector->matches(pod.metadata().labels())) found.push_back(object);
  });
  return found;
}

bool lets_unhealthy_go(const PodDisruptionBudget& budget) {
  if (budget.spec().unhealthypodevictionpolicy() == "AlwaysAllow") return true;
  const auto& status = budget.status();
  return status.currenthealthy() >= status.desiredhealthy() && status.desiredhealthy() > 0;
}

void evict(JobPtr job) {
  const auto stored = job->call->cache->get(job->call->key());
  if (!stored) return finish(job, errors::not_found(job->call->subject()));
  const auto decoded = stored->decode();
  const auto& pod = static_cast<const Pod&>(*decoded);
  if (is_harmless(pod)) return remove_harmless(job, *stored, pod);
  const auto budgets = budgets_for(job->registry, *stored, pod);
  if (budgets.size() > 1)
    return finish(job, Status(Code::kUnknown,
                              "This pod has more than one PodDisruptionBudget, which the eviction "
                              "subresource does not support."));
  if (budgets.empty())
    return mark_and_remove(job, job->deletion,
                           [job](const Status& status) { finish(job, status); });
  const auto budget = budgets[0]->decode();
  if (!is_pod_ready(pod) && lets_unhealthy_go(static_cast<const PodDisruptionBudget&>(*budget)))
    return remove_unhealthy(job, *stored, std::string(budgets[0]->name()));
  spend_and_remove(job, *budgets[0]);
}

Deletion deletion_of(const policy_v1::Eviction& eviction) {
  const auto& options = eviction.deleteoptions();
  Deletion deletion;
  if (options.has_graceperiodseconds()) deletion.grace_period = options.graceperiodseconds();
  deletion.propagation = options.propagationpolicy();
  deletion.uid = options.preconditions().uid();
  deletion.resource_version = options.preconditions().resourceversion();
  return deletion;
}

void start(Registry& registry, CallPtr call, Done done) {
  auto body = read_body(*call, *policy_v1::Eviction::descriptor());
  if (!body.ok()) return done(body.status());
  const auto check = [call](Message& posted) -> Status {
    if (metadata_of(posted)->name() != call->info.name)
      return errors::bad_request("name in URL does not match name in Eviction object");
    return {};
  };
  registry.post(
      call, std::move(*body), check,
      [&registry, call, done = std::move(done)](Result<MessagePtr> posted) mutable {
        if (!posted.ok()) return done(posted.status());
        const auto& eviction = static_cast<const policy_v1::Eviction&>(**posted);
        const auto& dry_run = eviction.deleteoptions().dryrun();
        if (!dry_run.empty() && !call->dry_run()) call->query.add("dryRun", dry_run[0]);
        // The deletion it comes to is nobody's business any more.
        call->admitted = true;
        auto deletion = deletion_of(eviction);
        const bool versioned = !deletion.resource_version.empty();
        evict(std::make_shared<Job>(
            Job{registry, call, std::move(deletion), std::move(done), versioned}));
      });
}

}  // namespace

void add_eviction(Api& api, Registry& registry) {
  api.add("/pods/eviction", "create", [&registry](CallPtr call, Done done) {
    start(registry, std::move(call), std::move(done));
  });
}

}  // namespace kubus::apiserver
