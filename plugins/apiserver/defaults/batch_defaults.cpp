#include <k8s/batch/v1/cron_job.pb.h>
#include <k8s/batch/v1/job.pb.h>

#include <limits>

#include "defaults/defaulter.h"

namespace kubus::apiserver {
namespace {

void default_job(batch_v1::Job& job) {
  batch_v1::JobSpec& spec = *job.mutable_spec();
  if (!spec.has_parallelism()) {
    if (!spec.has_completions()) spec.set_completions(1);
    spec.set_parallelism(1);
  }
  if (!spec.has_backofflimit()) {
    spec.set_backofflimit(spec.has_backofflimitperindex() ? std::numeric_limits<std::int32_t>::max()
                                                          : 6);
  }
  if (job.metadata().labels().empty()) {
    *job.mutable_metadata()->mutable_labels() = spec.template_().metadata().labels();
  }
  if (!spec.has_completionmode()) spec.set_completionmode("NonIndexed");
  if (!spec.has_suspend()) spec.set_suspend(false);
  if (!spec.has_podreplacementpolicy()) {
    spec.set_podreplacementpolicy(spec.has_podfailurepolicy() ? "Failed" : "TerminatingOrFailed");
  }
  if (!spec.has_manualselector()) spec.set_manualselector(false);
}

void default_cron_job(batch_v1::CronJob& object) {
  batch_v1::CronJobSpec& spec = *object.mutable_spec();
  if (spec.concurrencypolicy().empty()) spec.set_concurrencypolicy("Allow");
  if (!spec.has_suspend()) spec.set_suspend(false);
  if (!spec.has_successfuljobshistorylimit()) spec.set_successfuljobshistorylimit(3);
  if (!spec.has_failedjobshistorylimit()) spec.set_failedjobshistorylimit(1);
}

void default_pattern(batch_v1::PodFailurePolicyOnPodConditionsPattern& pattern) {
  if (pattern.status().empty()) pattern.set_status("True");
}

constexpr Defaulter kDefaulters[] = {
    {"k8s.io.api.batch.v1.Job", default_as<batch_v1::Job, default_job>},
    {"k8s.io.api.batch.v1.CronJob", default_as<batch_v1::CronJob, default_cron_job>},
    {"k8s.io.api.batch.v1.PodFailurePolicyOnPodConditionsPattern",
     default_as<batch_v1::PodFailurePolicyOnPodConditionsPattern, default_pattern>},
};

}  // namespace

std::span<const Defaulter> batch_defaulters() { return kDefaulters; }

}  // namespace kubus::apiserver
