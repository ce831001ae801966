#include <k8s/batch/v1/cron_job.pb.h>
#include <k8s/meta/v1/label_selector.pb.h>

#include <algorithm>

#include "validation/checks.h"
#include "validation/cron_schedule.h"
#include "validation/job.h"
#include "validation/time_zone.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

// The time of a job is appended to the name.
constexpr std::size_t kLongestName = 52;

bool is_local(std::string name) {
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return name == "local";
}

void check_time_zone(const std::string& zone, const Path& path, ErrorList& errors) {
  if (zone.empty()) return errors.invalid(path, zone, "timeZone must be nil or non-empty string");
  const std::string unknown = "unknown time zone " + zone;
  if (!is_zone_name(zone)) return errors.invalid(path, zone, unknown);
  if (is_local(zone)) {
    errors.invalid(path, zone,
                   "timeZone must be an explicit time zone as defined in "
                   "https://www.iana.org/time-zones");
  } else if (!find_time_zone(zone)) {
    errors.invalid(path, zone, unknown);
  }
}

void check_when(const batch_v1::CronJobSpec& spec, bool zone_allowed, const Path& path,
                ErrorList& errors) {
  const std::string& schedule = spec.schedule();
  const Path at = path.child("schedule");
  if (schedule.empty()) return errors.required(at);
  if (const std::string wrong = check_schedule(schedule); !wrong.empty()) {
    errors.invalid(at, schedule, wrong);
  }
  if (schedule.find("TZ") == std::string::npos) return;
  if (!zone_allowed) {
    errors.invalid(at, schedule,
                   "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
  } else if (spec.has_timezone()) {
    errors.invalid(at, schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule");
  }
}

void check_template(const batch_v1::JobTemplateSpec& job, const Path& path, ErrorList& errors) {
  check_job_spec(job.spec(), path.child("spec"), errors);
  if (job.spec().has_selector()) {
    errors.invalid_json(path.child("spec").child("selector"), message_json(job.spec().selector()),
                        "`selector` will be auto-generated");
  }
  if (job.spec().manualselector()) {
    errors.not_supported_json(path.child("spec").child("manualSelector"), "true", {"nil", "false"});
  }
}

void check_spec(const batch_v1::CronJobSpec& spec, const batch_v1::CronJobSpec* old,
                ErrorList& errors) {
  const Path path("spec");
  const bool zone_allowed = old != nullptr && old->schedule().find("TZ") != std::string::npos;
  check_when(spec, zone_allowed, path, errors);
  check_non_negative(spec.startingdeadlineseconds(), path.child("startingDeadlineSeconds"), errors);
  const bool same_zone =
      old != nullptr && old->has_timezone() && old->timezone() == spec.timezone();
  if (spec.has_timezone() && !same_zone) {
    check_time_zone(spec.timezone(), path.child("timeZone"), errors);
  }
  check_one_of(spec.concurrencypolicy(), {"Allow", "Forbid", "Replace"},
               path.child("concurrencyPolicy"), errors);
  check_template(spec.jobtemplate(), path.child("jobTemplate"), errors);
  check_non_negative(spec.successfuljobshistorylimit(), path.child("successfulJobsHistoryLimit"),
                     errors);
  check_non_negative(spec.failedjobshistorylimit(), path.child("failedJobsHistoryLimit"), errors);
}

void check_cron_job_create(const batch_v1::CronJob& object, ErrorList& errors) {
  check_spec(object.spec(), nullptr, errors);
  if (object.metadata().name().size() > kLongestName) {
    errors.invalid(Path("metadata").child("name"), object.metadata().name(),
                   max_length_message(kLongestName));
  }
}

void check_cron_job_update(const batch_v1::CronJob& object, const batch_v1::CronJob& old,
                           ErrorList& errors) {
  check_spec(object.spec(), &old.spec(), errors);
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.batch.v1.CronJob", nullptr, compare_as<batch_v1::CronJob, check_cron_job_update>,
     check_as<batch_v1::CronJob, check_cron_job_create>},
};

}  // namespace

std::span<const Validator> cron_job_validators() { return kValidators; }

}  // namespace kubus::apiserver
