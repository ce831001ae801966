// What may become of the status of a job, whoever manages it. What an update leaves as it was is
// not held against it.
#include <k8s/batch/v1/job.pb.h>
#include <k8s/meta/v1/time.pb.h>

#include <set>

#include "kubus/api/time.h"
#include "validation/checks.h"
#include "validation/index_list.h"
#include "validation/job.h"

namespace kubus::apiserver {
namespace {

using batch_v1::Job;
using batch_v1::JobStatus;

bool is_true(const JobStatus& status, std::string_view type) {
  for (const auto& condition : status.conditions())
    if (condition.type() == type) return condition.status() == "True";
  return false;
}

struct Verdicts {
  bool complete, failed, failure_target, success_criteria;

  explicit Verdicts(const JobStatus& status)
      : complete(is_true(status, "Complete")),
        failed(is_true(status, "Failed")),
        failure_target(is_true(status, "FailureTarget")),
        success_criteria(is_true(status, "SuccessCriteriaMet")) {}
  bool finished() const { return complete || failed; }
};

bool same_time(bool has_a, const meta_v1::Time& a, bool has_b, const meta_v1::Time& b) {
  return has_a == has_b && (!has_a || to_time(a) == to_time(b));
}

// How what is said of a job differs from what was said before.
struct StatusChange {
  const Job& job;
  const JobStatus &now, &before;
  Verdicts is, was;
  bool start, completion, active, ready, terminating, uncounted, completed_indexes, failed_indexes;

  StatusChange(const Job& object, const Job& old)
      : job(object),
        now(object.status()),
        before(old.status()),
        is(now),
        was(before),
        start(!same_time(now.has_starttime(), now.starttime(), before.has_starttime(),
                         before.starttime())),
        completion(!same_time(now.has_completiontime(), now.completiontime(),
                              before.has_completiontime(), before.completiontime())),
        active(now.active() != before.active()),
        ready(now.has_ready() != before.has_ready() || now.ready() != before.ready()),
        terminating(now.has_terminating() != before.has_terminating() ||
                    now.terminating() != before.terminating()),
        uncounted(!equal(now.uncountedterminatedpods(), before.uncountedterminatedpods())),
        completed_indexes(now.completedindexes() != before.completedindexes()),
        failed_indexes(now.has_failedindexes() != before.has_failedindexes() ||
                       now.failedindexes() != before.failedindexes()) {}
  bool indexed() const { return job.spec().completionmode() == "Indexed"; }
  bool completes() const { return is.complete != was.complete; }
  bool fails() const { return is.failed != was.failed; }
  bool finishes() const { return is.finished() != was.finished(); }
};

Path status_field(std::string_view name) { return Path("status").child(name); }

void wrong_conditions(std::string_view detail, ErrorList& errors) {
  errors.invalid_unseen(status_field("conditions"), detail);
}

void wrong_completion_time(const JobStatus& status, std::string_view detail, ErrorList& errors) {
  errors.invalid(status_field("completionTime"), format_time(to_time(status.completiontime())),
                 detail);
}

void check_numbers(const JobStatus& status, ErrorList& errors) {
  check_non_negative(status.active(), status_field("active"), errors);
  check_non_negative(status.succeeded(), status_field("succeeded"), errors);
  check_non_negative(status.failed(), status_field("failed"), errors);
  check_non_negative(status.ready(), status_field("ready"), errors);
  check_non_negative(status.terminating(), status_field("terminating"), errors);
  const auto& uncounted = status.uncountedterminatedpods();
  const Path path = status_field("uncountedTerminatedPods");
  std::set<std::string_view> seen;
  for (const auto& [list, name] : {std::pair(&uncounted.succeeded(), "succeeded"),
                                   std::pair(&uncounted.failed(), "failed")}) {
    for (int i = 0; i < list->size(); ++i) {
      const std::string& uid = (*list)[i];
      const Path at = path.child(name).index(i);
      if (uid.empty()) {
        errors.invalid(at, uid, "must not be empty");
      } else if (!seen.insert(uid).second) {
        errors.duplicate(at, uid);
      }
    }
  }
}

void check_verdicts(const StatusChange& change, ErrorList& errors) {
  const Verdicts &is = change.is, &was = change.was;
  const bool targets = is.failure_target != was.failure_target;
  const bool succeeds = is.success_criteria != was.success_criteria;
  const auto& now = change.now;
  if ((change.completes() || change.fails()) && is.complete && is.failed)
    wrong_conditions("cannot set Complete=True and Failed=true conditions", errors);
  if ((change.completes() || targets) && is.complete && is.failure_target)
    wrong_conditions("cannot set Complete=True and FailureTarget=true conditions", errors);
  if (change.completes() || change.completion) {
    if (now.has_completiontime() && !is.complete)
      wrong_completion_time(
          now, "cannot set completionTime when there is no Complete=True condition", errors);
    if (!now.has_completiontime() && is.complete)
      errors.required(status_field("completionTime"),
                      "completionTime is required for Complete jobs");
  }
  if ((change.start || change.completion) && now.has_starttime() && now.has_completiontime() &&
      to_time(now.completiontime()) < to_time(now.starttime()))
    wrong_completion_time(now, "completionTime cannot be set before startTime", errors);
  if ((change.fails() || change.failed_indexes) && is.failed && !is.failure_target)
    wrong_conditions("cannot set Failed=True condition without the FailureTarget=true condition",
                     errors);
  if ((change.completes() || succeeds) && is.complete && !is.success_criteria)
    wrong_conditions(
        "cannot set Complete=True condition without the SuccessCriteriaMet=true condition", errors);
}

void check_end(const StatusChange& change, ErrorList& errors) {
  const auto& now = change.now;
  if (!change.is.finished()) return;
  if ((change.finishes() || change.active) && now.active() > 0)
    errors.invalid(status_field("active"), now.active(), "active>0 is invalid for finished job");
  if ((change.finishes() || change.terminating) && now.terminating() > 0)
    errors.invalid(status_field("terminating"), now.terminating(),
                   "terminating>0 is invalid for finished job");
  // A job that is suspended and has nothing to do never starts.
  const auto& spec = change.job.spec();
  const bool never = spec.suspend() && spec.has_completions() && spec.completions() == 0;
  if ((change.finishes() || change.start) && !never && !now.has_starttime())
    errors.required(status_field("startTime"), "startTime is required for finished job");
  const auto& uncounted = now.uncountedterminatedpods();
  if ((change.finishes() || change.uncounted) &&
      (!uncounted.succeeded().empty() || !uncounted.failed().empty()))
    errors.invalid_json(status_field("uncountedTerminatedPods"), internal_json(uncounted),
                        "uncountedTerminatedPods needs to be empty for finished job");
}

void check_indexes(const StatusChange& change, ErrorList& errors) {
  const auto& spec = change.job.spec();
  const auto& now = change.now;
  const Path completed = status_field("completedIndexes"), failed = status_field("failedIndexes");
  const auto check_list = [&](const std::string& text, const Path& path, const std::string& name) {
    const auto list = read_indexes(text, spec.completions());
    if (!list.wrong.empty())
      errors.invalid(path, text, "error parsing " + name + ": " + list.wrong);
  };
  if (change.completed_indexes && spec.has_completions())
    check_list(now.completedindexes(), completed, "completedIndexes");
  if (change.failed_indexes && spec.has_completions() && spec.has_backofflimitperindex() &&
      now.has_failedindexes())
    check_list(now.failedindexes(), failed, "failedIndexes");
  if (change.completed_indexes && !now.completedindexes().empty() && !change.indexed())
    errors.invalid(completed, now.completedindexes(),
                   "cannot set non-empty completedIndexes when non-indexed completion mode");
  if (change.failed_indexes && now.has_failedindexes() && !spec.has_backofflimitperindex())
    errors.invalid(failed, now.failedindexes(),
                   "cannot set non-null failedIndexes when backoffLimitPerIndex is null");
  if ((change.failed_indexes || change.completed_indexes) && spec.has_completions()) {
    const auto shared =
        first_shared_index(now.completedindexes(), now.failedindexes(), spec.completions());
    if (shared >= 0)
      errors.invalid(failed, now.failedindexes(),
                     "failedIndexes and completedIndexes overlap at index: " +
                         std::to_string(shared));
  }
}

void check_success(const StatusChange& change, ErrorList& errors) {
  const auto& is = change.is;
  if ((change.ready || change.active) && change.now.ready() > change.now.active())
    errors.invalid(status_field("ready"), change.now.ready(),
                   "cannot set more ready pods than active");
  if (is.success_criteria && is.failed)
    wrong_conditions("cannot set SuccessCriteriaMet=True and Failed=true conditions", errors);
  if (is.success_criteria && is.failure_target)
    wrong_conditions("cannot set SuccessCriteriaMet=True and FailureTarget=true conditions",
                     errors);
  if (change.job.spec().has_successpolicy() && is.complete && !is.success_criteria)
    wrong_conditions(
        "cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True",
        errors);
}

// What does not go back.
void check_order(const StatusChange& change, ErrorList& errors) {
  const auto& now = change.now;
  const auto& before = change.before;
  for (const char* type : {"Failed", "Complete", "FailureTarget"})
    if (is_true(before, type) && !is_true(now, type))
      wrong_conditions("cannot disable the terminal " + std::string(type) + "=True condition",
                       errors);
  if (now.failed() < before.failed())
    errors.invalid(status_field("failed"), now.failed(), "cannot decrease the failed counter");
  // An indexed job with as many pods as indexes may be made smaller.
  const auto& spec = change.job.spec();
  const bool shrinks = change.indexed() && spec.has_completions() == spec.has_parallelism() &&
                       spec.completions() == spec.parallelism();
  if (!shrinks && now.succeeded() < before.succeeded())
    errors.invalid(status_field("succeeded"), now.succeeded(),
                   "cannot decrease the succeeded counter");
  if (change.completion && now.has_completiontime() && before.has_completiontime())
    wrong_completion_time(now, "completionTime cannot be mutated", errors);
  if (change.start && before.has_starttime() && !spec.suspend())
    errors.required(status_field("startTime"),
                    now.has_starttime() ? "startTime cannot be modified for unsuspended job"
                                        : "startTime cannot be removed for unsuspended job");
  if (change.was.success_criteria && !change.is.success_criteria)
    wrong_conditions("cannot disable the SuccessCriteriaMet=True condition", errors);
  if (change.was.complete && !change.was.success_criteria && change.is.success_criteria)
    wrong_conditions(
        "cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions", errors);
}

}  // namespace

void check_job_status(const Job& job, const Job& old, ErrorList& errors) {
  const StatusChange change(job, old);
  check_numbers(change.now, errors);
  check_verdicts(change, errors);
  check_end(change, errors);
  check_indexes(change, errors);
  check_success(change, errors);
  check_order(change, errors);
}

}  // namespace kubus::apiserver
