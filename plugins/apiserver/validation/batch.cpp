#include <k8s/batch/v1/cron_job.pb.h>
#include <k8s/batch/v1/job.pb.h>

#include "validation/checks.h"
#include "validation/cron_schedule.h"
#include "validation/pod_spec.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

void check_indexed(const batch_v1::JobSpec& spec, const Path& path, ErrorList& errors) {
  constexpr std::string_view kIndexedOnly = "requires indexed completion mode";
  if (spec.completionmode() == "Indexed") {
    if (!spec.has_completions()) {
      errors.required(path.child("completions"), "when completion mode is Indexed");
    }
    if (spec.parallelism() > 100'000) {
      errors.invalid(path.child("parallelism"), spec.parallelism(),
                     "must be less than or equal to 100000 when completion mode is Indexed");
    }
    if (spec.has_completions() && spec.maxfailedindexes() > spec.completions()) {
      errors.invalid(path.child("maxFailedIndexes"), spec.maxfailedindexes(),
                     "must be less than or equal to completions");
    }
    return;
  }
  if (spec.has_backofflimitperindex()) {
    errors.invalid(path.child("backoffLimitPerIndex"), spec.backofflimitperindex(), kIndexedOnly);
  }
  if (spec.has_maxfailedindexes()) {
    errors.invalid(path.child("maxFailedIndexes"), spec.maxfailedindexes(), kIndexedOnly);
  }
  if (spec.has_successpolicy()) {
    errors.invalid_json(path.child("successPolicy"), message_json(spec.successpolicy()),
                        kIndexedOnly);
  }
}

void check_job_spec(const batch_v1::JobSpec& spec, const Path& path, ErrorList& errors) {
  check_non_negative(spec.parallelism(), path.child("parallelism"), errors);
  check_non_negative(spec.completions(), path.child("completions"), errors);
  check_non_negative(spec.activedeadlineseconds(), path.child("activeDeadlineSeconds"), errors);
  check_non_negative(spec.backofflimit(), path.child("backoffLimit"), errors);
  check_non_negative(spec.ttlsecondsafterfinished(), path.child("ttlSecondsAfterFinished"), errors);
  if (spec.has_completionmode() && spec.completionmode() != "Indexed" &&
      spec.completionmode() != "NonIndexed") {
    errors.not_supported(path.child("completionMode"), spec.completionmode(),
                         {"Indexed", "NonIndexed"});
  }
  check_indexed(spec, path, errors);
  const Path at = path.child("template");
  check_pod_template(spec.template_(), at, errors);
  const std::string& policy = spec.template_().spec().restartpolicy();
  const Path restart = at.child("spec").child("restartPolicy");
  if (policy == "Always" || policy.empty()) {
    errors.required(restart, "valid values: \"OnFailure\", \"Never\"");
  } else if (spec.has_podfailurepolicy() && policy != "Never") {
    errors.invalid(restart, policy,
                   "only \"Never\" is supported when podFailurePolicy is specified");
  }
}

void check_job(const batch_v1::Job& job, ErrorList& errors) {
  const Path path("spec");
  check_job_spec(job.spec(), path, errors);
  if (!job.spec().has_selector()) {
    errors.required(path.child("selector"));
    return;
  }
  check_selector(job.spec().selector(), path.child("selector"), errors);
  const auto& labels = job.spec().template_().metadata().labels();
  if (!selector_matches(job.spec().selector(), labels)) {
    errors.invalid_json(path.child("template").child("metadata").child("labels"), map_json(labels),
                        "`selector` does not match template `labels`");
  }
}

void check_job_update(const batch_v1::Job& job, const batch_v1::Job& old, ErrorList& errors) {
  const Path path("spec");
  const auto& now = job.spec();
  const auto& before = old.spec();
  const bool elastic = now.completionmode() == "Indexed" &&
                       now.completions() == now.parallelism() && now.has_completions();
  if (now.completions() != before.completions() && !elastic) {
    errors.invalid(path.child("completions"), now.completions(), kImmutable);
  }
  check_immutable(now.selector(), before.selector(), path.child("selector"), errors);
  // Where a suspended job will run may still be changed.
  core_v1::PodTemplateSpec pods = now.template_();
  if (before.suspend() && !old.status().has_starttime()) {
    const auto& place = before.template_().spec();
    auto& spec = *pods.mutable_spec();
    *spec.mutable_nodeselector() = place.nodeselector();
    *spec.mutable_tolerations() = place.tolerations();
    *spec.mutable_affinity() = place.affinity();
    *spec.mutable_schedulinggates() = place.schedulinggates();
    *pods.mutable_metadata()->mutable_annotations() = before.template_().metadata().annotations();
    *pods.mutable_metadata()->mutable_labels() = before.template_().metadata().labels();
  }
  if (!equal(pods, before.template_())) {
    errors.invalid_json(path.child("template"), message_json(now.template_()), kImmutable);
  }
  check_immutable(now.completionmode(), before.completionmode(), path.child("completionMode"),
                  errors);
  check_immutable(now.podfailurepolicy(), before.podfailurepolicy(), path.child("podFailurePolicy"),
                  errors);
  check_immutable(now.managedby(), before.managedby(), path.child("managedBy"), errors);
}

void check_cron_job(const batch_v1::CronJob& object, ErrorList& errors) {
  const Path path("spec");
  const auto& spec = object.spec();
  if (spec.schedule().empty()) {
    errors.required(path.child("schedule"));
  } else if (const std::string wrong = check_schedule(spec.schedule()); !wrong.empty()) {
    errors.invalid(path.child("schedule"), spec.schedule(), wrong);
  }
  if (spec.schedule().find("TZ") != std::string::npos) {
    errors.invalid(path.child("schedule"), spec.schedule(),
                   "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
  }
  check_non_negative(spec.startingdeadlineseconds(), path.child("startingDeadlineSeconds"), errors);
  if (spec.has_timezone() && spec.timezone().empty()) {
    errors.invalid(path.child("timeZone"), "", "timeZone must be nil or non-empty string");
  }
  check_one_of(spec.concurrencypolicy(), {"Allow", "Forbid", "Replace"},
               path.child("concurrencyPolicy"), errors);
  check_non_negative(spec.successfuljobshistorylimit(), path.child("successfulJobsHistoryLimit"),
                     errors);
  check_non_negative(spec.failedjobshistorylimit(), path.child("failedJobsHistoryLimit"), errors);
  check_job_spec(spec.jobtemplate().spec(), path.child("jobTemplate").child("spec"), errors);
  // The time of a job is appended to the name.
  constexpr std::size_t kMaxName = 52;
  if (object.metadata().name().size() > kMaxName) {
    errors.invalid(Path("metadata").child("name"), object.metadata().name(),
                   "must be no more than 52 characters");
  }
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.batch.v1.Job", check_as<batch_v1::Job, check_job>,
     compare_as<batch_v1::Job, check_job_update>},
    {"k8s.io.api.batch.v1.CronJob", check_as<batch_v1::CronJob, check_cron_job>},
};

}  // namespace

std::span<const Validator> batch_validators() { return kValidators; }

}  // namespace kubus::apiserver
