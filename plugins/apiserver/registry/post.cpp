// What is posted and not stored, and connections: admission and nothing else.
#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include "registry/registry.h"

namespace kubus::apiserver {

struct Registry::PostJob {
  CallPtr call;
  AdmissionCall::Operation operation;
  MessagePtr object;
  Check check;
  Posted then;

  RemoteAdmission::Review review() { return {call, operation, &object, nullptr}; }
};

void Registry::post(CallPtr call, MessagePtr object, Check check, Posted then) {
  if (auto* metadata = metadata_of(*object))
    if (call->resource->namespaced && metadata->namespace_().empty())
      metadata->set_namespace_(call->info.ns);
  auto job = std::make_shared<PostJob>();
  job->call = std::move(call);
  job->operation = AdmissionCall::Operation::kCreate;
  job->object = std::move(object);
  job->check = std::move(check);
  job->then = std::move(then);
  admit_posted(job);
}

void Registry::connect(CallPtr call, MessagePtr options, Posted then) {
  auto job = std::make_shared<PostJob>();
  job->call = std::move(call);
  job->operation = AdmissionCall::Operation::kConnect;
  job->object = std::move(options);
  job->then = std::move(then);
  proceed(job->call, [this, job] { admit_posted(job); });
}

void Registry::admit_posted(const std::shared_ptr<PostJob>& job) {
  const auto call = job->review().as_call();
  if (auto status = admit(admissions_, call); !status.ok()) return job->then(status);
  if (!remote_ || !remote_->mutates(call)) return check_posted(job);
  auto again = [this, job] { return admit(admissions_, job->review().as_call()); };
  remote_->mutate(job->review(), std::move(again), [this, job](const Status& status) {
    if (!status.ok()) return job->then(status);
    check_posted(job);
  });
}

void Registry::check_posted(const std::shared_ptr<PostJob>& job) {
  const auto status = job->check ? job->check(*job->object) : Status();
  if (!status.ok()) return job->then(status);
  validate_last(job->review(), [this, job](const Status& valid) {
    if (!valid.ok()) return job->then(valid);
    review_posted(job);
  });
}

void Registry::review_posted(const std::shared_ptr<PostJob>& job) {
  const auto review = job->review();
  if (!remote_ || !remote_->validates(review.as_call()))
    return job->then(std::move(job->object));
  remote_->validate(review, [job](const Status& status) {
    if (!status.ok()) return job->then(status);
    job->then(std::move(job->object));
  });
}

}  // namespace kubus::apiserver
