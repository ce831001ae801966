#include <k8s/batch/v1/cron_job.pb.h>
#include <k8s/batch/v1/job.pb.h>

#include "table/duration_text.h"
#include "table/printer.h"
#include "table/texts.h"

namespace kubus::apiserver {
namespace {

constexpr Column kJobColumns[] = {
    kNameColumn,
    {"Status", "string", "Whether the job runs, is over or waits"},
    {"Completions", "string", "Pods that succeeded of those that must"},
    {"Duration", "string", "Time that the job took or has taken so far"},
    kAgeColumn,
    kContainersColumn,
    kImagesColumn,
    kSelectorColumn,
};

std::string job_completions(const batch_v1::Job& job) {
  const std::string succeeded = std::to_string(job.status().succeeded());
  if (job.spec().has_completions()) {
    return succeeded + "/" + std::to_string(job.spec().completions());
  }
  const std::string out = succeeded + "/1";
  if (job.spec().parallelism() <= 1) return out;
  return out + " of " + std::to_string(job.spec().parallelism());
}

std::string job_duration(const batch_v1::Job& job, SystemTime now) {
  if (!job.status().has_starttime()) return {};
  const SystemTime end =
      job.status().has_completiontime() ? to_time(job.status().completiontime()) : now;
  return elapsed_text(to_time(job.status().starttime()), end);
}

bool has_condition(const batch_v1::Job& job, std::string_view type) {
  for (const auto& condition : job.status().conditions()) {
    if (condition.type() == type) return condition.status() == "True";
  }
  return false;
}

std::string_view job_status(const batch_v1::Job& job) {
  if (has_condition(job, "Complete")) return "Complete";
  if (has_condition(job, "Failed")) return "Failed";
  if (job.metadata().has_deletiontimestamp()) return "Terminating";
  for (std::string_view type : {"Suspended", "FailureTarget", "SuccessCriteriaMet"}) {
    if (has_condition(job, type)) return type;
  }
  return "Running";
}

void print_job(const batch_v1::Job& job, Cells& cells) {
  const auto& containers = job.spec().template_().spec().containers();
  cells.text(job.metadata().name());
  cells.text(job_status(job));
  cells.text(job_completions(job));
  cells.text(job_duration(job, cells.now()));
  cells.age(job.metadata().creationtimestamp());
  cells.text(container_names(containers));
  cells.text(container_images(containers));
  cells.text(selector_text(job.spec().selector()));
}

constexpr Column kCronJobColumns[] = {
    kNameColumn,
    {"Schedule", "string", "When jobs are started, as cron writes it"},
    {"Timezone", "string", "Time zone of the schedule"},
    {"Suspend", "boolean", "Whether no new jobs are started"},
    {"Active", "integer", "Number of jobs that are running"},
    {"Last Schedule", "string", "Time since a job was last started"},
    kAgeColumn,
    kContainersColumn,
    kImagesColumn,
    kSelectorColumn,
};

void print_cron_job(const batch_v1::CronJob& object, Cells& cells) {
  const auto& job = object.spec().jobtemplate().spec();
  cells.text(object.metadata().name());
  cells.text(object.spec().schedule());
  cells.text(object.spec().has_timezone() ? object.spec().timezone() : "<none>");
  cells.text(!object.spec().has_suspend() ? "<unset>" : object.spec().suspend() ? "True" : "False");
  cells.number(object.status().active_size());
  cells.text(object.status().has_lastscheduletime()
                 ? cells.since(object.status().lastscheduletime())
                 : "<none>");
  cells.age(object.metadata().creationtimestamp());
  cells.text(container_names(job.template_().spec().containers()));
  cells.text(container_images(job.template_().spec().containers()));
  cells.text(selector_text(job.selector()));
}

constexpr Printer kPrinters[] = {
    {"k8s.io.api.batch.v1.Job", kJobColumns, print_as<batch_v1::Job, print_job>},
    {"k8s.io.api.batch.v1.CronJob", kCronJobColumns, print_as<batch_v1::CronJob, print_cron_job>},
};

}  // namespace

std::span<const Printer> batch_printers() { return kPrinters; }

}  // namespace kubus::apiserver
