// The rules of jobs and of what jobs are made from.
//
// Thread safety: pure functions. Each adds what it finds to the errors.
#pragma once

#include "kubus/api/types.h"
#include "validation/field_error.h"

namespace k8s::io::api::batch::v1 {
class Job;
class JobSpec;
}

namespace kubus::apiserver {

// All but the selector, which a template of jobs does not have.
void check_job_spec(const batch_v1::JobSpec& spec, const Path& path, ErrorList& errors);
// When pods that fail count, and when enough have succeeded.
void check_failure_policy(const batch_v1::JobSpec& spec, const Path& path, ErrorList& errors);
void check_success_policy(const batch_v1::JobSpec& spec, const Path& path, ErrorList& errors);
// What whoever manages the job may say of it.
void check_job_status(const batch_v1::Job& job, const batch_v1::Job& old, ErrorList& errors);

}  // namespace kubus::apiserver
