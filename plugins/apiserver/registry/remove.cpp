#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <utility>

#include "cache/storage_key.h"
#include "custom/engine.h"
#include "registry/list_query.h"
#include "registry/reflect.h"
#include "registry/registry.h"
#include "registry/strategy.h"

namespace kubus::apiserver {
namespace {

// Of one collection. More would only wait in storage, which turns away what is too much.
constexpr std::size_t kRemovalsAtOnce = 256;

Answer removed_answer(const Removed& removed) {
  Answer answer;
  answer.removed = removed;
  return answer;
}

}  // namespace

struct Registry::RemoveJob {
  CallPtr call;
  Deletion deletion;
  Done done;
};

void Registry::remove(CallPtr call, Done done) {
  auto deletion = read_deletion(*call);
  if (!deletion.ok()) return done(deletion.status());
  remove(std::move(call), std::move(*deletion), std::move(done));
}

void Registry::remove(CallPtr call, Deletion deletion, Done done) {
  auto job = std::make_shared<RemoveJob>();
  job->call = std::move(call);
  job->deletion = std::move(deletion);
  job->done = std::move(done);
  try_remove(std::move(job));
}

void Registry::try_remove(std::shared_ptr<RemoveJob> job) {
  const auto& call = *job->call;
  auto stored = call.cache->get(call.key());
  if (!stored) return job->done(errors::not_found(call.subject()));
  if (auto status = check_preconditions(job->deletion, *stored, call); !status.ok())
    return job->done(status);
  std::shared_ptr<const Message> old = stored->decode();
  const RemoteAdmission::Review review{job->call, AdmissionCall::Operation::kDelete, nullptr,
                                       old.get()};
  const auto admission = review.as_call();
  auto admitted = admit(admissions_, admission);
  if (admitted.ok()) admitted = validate(admissions_, admission);
  if (!admitted.ok()) return job->done(admitted);
  if (!remote_ || !(remote_->mutates(admission) || remote_->validates(admission)))
    return plan_remove(std::move(job), std::move(stored), std::move(old));
  remote_->mutate(review, {}, [this, job, review, stored, old](const Status& mutated) {
    if (!mutated.ok()) return job->done(mutated);
    remote_->validate(review, [this, job, stored, old](const Status& status) {
      if (!status.ok()) return job->done(status);
      plan_remove(job, stored, old);
    });
  });
}

void Registry::plan_remove(std::shared_ptr<RemoveJob> job, ObjectPtr stored,
                           std::shared_ptr<const Message> old) {
  const auto& call = *job->call;
  const auto& strategy = strategy_of(*call.resource);
  auto plan = plan_deletion(call, *old, job->deletion, strategy);
  if (!plan.ok()) return job->done(plan.status());
  if (plan->step == DeletionPlan::Step::kNothing) return job->done(Answer::of(std::move(stored)));
  const bool gone = plan->step == DeletionPlan::Step::kRemove;
  const bool returns = !gone || strategy.returns_deleted;
  Removed removed{call.info.name, call.resource->group, call.resource->plural,
                  std::string(stored->uid())};
  if (call.dry_run()) {
    if (!returns) return job->done(removed_answer(removed));
    metadata_of(*plan->object)->set_resourceversion(std::to_string(stored->revision()));
    return job->done(Answer::of(std::shared_ptr<const Message>(std::move(plan->object))));
  }
  auto key = call.key();
  auto place = storage_key(*call.resource, key);
  auto json = stored_json(*plan->object, *call.resource);
  if (!gone && json == stored->stored()) return job->done(Answer::of(std::move(stored)));
  auto written = [this, job, key, json, returns, removed](Result<Written> result) mutable {
    if (!result.ok()) return job->done(result.status());
    if (!result->done) return cache_.when(result->revision, [this, job] { try_remove(job); });
    if (returns)
      return finish(job->call, std::move(key), std::move(json), result->revision, 200,
                    std::move(job->done));
    cache_.when(result->revision, [job, removed] { job->done(removed_answer(removed)); });
  };
  if (gone)
    storage_.remove(std::move(place), stored->revision(), std::move(written),
                    removal(*call.resource, *old));
  else
    storage_.put(std::move(place), std::move(json), stored->revision(), std::move(written));
}

// The deletion of all that a selection found. Its members are used on the loop alone.
struct Registry::CollectionJob {
  CallPtr call;
  Deletion deletion;
  ListResult found;
  Done done;
  std::size_t next = 0;
  std::size_t under_way = 0;
  Status first_failure;
};

void Registry::remove_collection(CallPtr call, Done done) {
  auto deletion = read_deletion(*call);
  if (!deletion.ok()) return done(deletion.status());
  auto query = list_query(*call);
  if (!query.ok()) return done(query.status());
  auto found = call->cache->list(*query, cache_.revision());
  if (!found.ok()) return done(found.status());
  auto job = std::make_shared<CollectionJob>();
  job->call = std::move(call);
  job->deletion = std::move(*deletion);
  job->found = std::move(*found);
  job->done = std::move(done);
  context_.loop().post([this, job] { remove_some(job); });
}

void Registry::remove_some(const std::shared_ptr<CollectionJob>& job) {
  while (job->under_way < kRemovalsAtOnce && job->next < job->found.items.size()) {
    const auto& item = *job->found.items[job->next++];
    auto one = std::make_shared<Call>(*job->call);
    one->info.name = std::string(item.name());
    one->info.ns = std::string(item.ns());
    one->info.verb = "delete";
    one->warnings.clear();
    ++job->under_way;
    remove(one, job->deletion, [this, job, one](const Result<Answer>& result) {
      // Not from within: it may have been answered at once.
      context_.loop().post([this, job, one, status = result.ok() ? Status() : result.status()] {
        // What somebody else deleted meanwhile is gone, as it should be.
        if (job->first_failure.ok() && !status.ok() && status.code() != Code::kNotFound) {
          job->first_failure = status;
          job->call->refusal = one->refusal;
        }
        auto& warnings = job->call->warnings;
        warnings.insert(warnings.end(), one->warnings.begin(), one->warnings.end());
        --job->under_way;
        remove_some(job);
      });
    });
  }
  if (job->under_way > 0 || !job->done) return;
  auto done = std::exchange(job->done, nullptr);
  if (!job->first_failure.ok()) return done(job->first_failure);
  Answer answer;
  answer.list = std::move(job->found);
  done(std::move(answer));
}

}  // namespace kubus::apiserver
