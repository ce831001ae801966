#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <utility>

#include "cache/storage_key.h"
#include "registry/list_query.h"
#include "registry/registry.h"
#include "registry/shown.h"
#include "registry/strategy.h"

namespace kubus::apiserver {
namespace {

// Of one collection. More would only wait in storage, which turns away what is too much.
constexpr std::size_t kRemovalsAtOnce = 256;
// Of the beginning of some of them, before somebody else may do something.
constexpr std::chrono::milliseconds kTurn{10};

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
  show(job->call, stored, [this, job, stored](Result<ObjectPtr> seen) {
    if (!seen.ok()) return job->done(seen.status());
    admit_remove(job, {stored, *seen, (*seen)->decode()});
  });
}

void Registry::admit_remove(const std::shared_ptr<RemoveJob>& job, Doomed doomed) {
  if (job->call->admitted) return plan_remove(job, doomed);
  const RemoteAdmission::Review review{job->call, AdmissionCall::Operation::kDelete, nullptr,
                                       doomed.old.get()};
  if (auto status = admit(admissions_, review.as_call()); !status.ok()) return job->done(status);
  validate_last(review, [this, job, review, doomed = std::move(doomed)](const Status& valid) {
    if (!valid.ok()) return job->done(valid);
    const auto admission = review.as_call();
    if (!remote_ || !(remote_->mutates(admission) || remote_->validates(admission)))
      return plan_remove(job, doomed);
    remote_->mutate(review, {}, [this, job, review, doomed](const Status& mutated) {
      if (!mutated.ok()) return job->done(mutated);
      remote_->validate(review, [this, job, doomed](const Status& status) {
        if (!status.ok()) return job->done(status);
        plan_remove(job, doomed);
      });
    });
  });
}

void Registry::plan_remove(const std::shared_ptr<RemoveJob>& job, const Doomed& doomed) {
  const auto& call = *job->call;
  const auto& strategy = strategy_of(*call.resource);
  auto plan = plan_deletion(call, *doomed.old, job->deletion, strategy);
  if (!plan.ok()) return job->done(plan.status());
  if (plan->step == DeletionPlan::Step::kNothing) return job->done(Answer::of(doomed.seen));
  const bool gone = plan->step == DeletionPlan::Step::kRemove;
  const bool returns = !gone || strategy.returns_deleted;
  if (!returns) return write_removal(job, doomed, std::nullopt, true);
  MessagePtr left = std::move(plan->object);
  auto& object = *left;
  to_storage(job->call, object, [this, job, doomed, gone,
                                 left = std::move(left)](Result<std::string> json) mutable {
    if (!json.ok()) return job->done(json.status());
    if (job->call->dry_run())
      return answer_trial(job->call, std::move(left), *json, doomed.stored->revision(), 200,
                          std::move(job->done));
    if (!gone && *json == doomed.stored->stored()) return job->done(Answer::of(doomed.seen));
    write_removal(job, doomed, std::move(*json), gone);
  });
}

void Registry::write_removal(const std::shared_ptr<RemoveJob>& job, const Doomed& doomed,
                             std::optional<std::string> json, bool gone) {
  const auto& call = *job->call;
  if (auto status = call.still_wanted(); !status.ok()) return job->done(status);
  const auto revision = doomed.stored->revision();
  Removed removed{call.info.name, call.resource->group, call.resource->plural,
                  std::string(doomed.stored->uid())};
  if (call.dry_run()) return job->done(removed_answer(removed));
  auto key = call.key();
  auto place = storage_key(*call.resource, key);
  auto written = [this, job, key, json, removed](Result<Written> result) mutable {
    if (!result.ok()) return job->done(result.status());
    if (!result->done)
      return cache_.when(result->revision, [this, job] {
        proceed(job->call, [this, job] { try_remove(job); });
      });
    if (json)
      return finish(job->call, std::move(key), std::move(*json), result->revision, 200,
                    std::move(job->done));
    cache_.when(result->revision, [job, removed] { job->done(removed_answer(removed)); });
  };
  if (gone)
    storage_.remove(std::move(place), revision, std::move(written),
                    removal(*call.resource, *doomed.old));
  else
    storage_.put(std::move(place), std::move(*json), revision, std::move(written));
}

// The deletion of all that a selection found. Its members are used on the loop alone.
struct Registry::CollectionJob {
  CallPtr call;
  Deletion deletion;
  ListResult found;
  Done done;
  std::size_t next = 0;
  std::size_t under_way = 0;
  bool begins = false;  // some are being begun
  Status first_failure;
};

void Registry::remove_collection(CallPtr call, Done done) {
  auto deletion = read_deletion(*call);
  if (!deletion.ok()) return done(deletion.status());
  auto query = list_query(*call);
  if (!query.ok()) return done(query.status());
  auto job = std::make_shared<CollectionJob>();
  job->call = call;
  job->deletion = std::move(*deletion);
  job->done = std::move(done);
  list_shown(call, *query, cache_.revision(), [this, job](Result<ListResult> found) {
    if (!found.ok()) return job->done(found.status());
    job->found = std::move(*found);
    context_.loop().post([this, job] { remove_some(job); });
  });
}

void Registry::remove_some(const std::shared_ptr<CollectionJob>& job) {
  Members members;
  const auto most = job->begins ? 0 : kRemovalsAtOnce - job->under_way;
  while (members.size() < most && job->next < job->found.items.size()) {
    const auto& item = *job->found.items[job->next++];
    auto one = members.emplace_back(std::make_shared<Call>(*job->call));
    one->info.name = std::string(item.name());
    one->info.ns = std::string(item.ns());
    one->info.verb = "delete";
    one->of_collection = true;
    one->takes_long = false;
    one->large = is_large(*one);
    one->warnings.clear();
  }
  if (!members.empty()) {
    job->under_way += members.size();
    job->begins = true;
    return begin_members(job, std::move(members));
  }
  if (job->under_way > 0 || !job->done) return;
  auto done = std::exchange(job->done, nullptr);
  if (!job->first_failure.ok()) return done(job->first_failure);
  Answer answer;
  answer.list = std::move(job->found);
  done(std::move(answer));
}

void Registry::begin_members(const std::shared_ptr<CollectionJob>& job, Members members) {
  const auto& first = *members.front();
  if (!workers_ || !efforts_.takes_long(first)) return remove_members(job, std::move(members));
  workers_->post(first.identity.name, [this, job, members = std::move(members)]() mutable {
    remove_members(job, std::move(members));
  });
}

// One after the other, and for no longer than a turn of anybody else.
void Registry::remove_members(const std::shared_ptr<CollectionJob>& job, Members members) {
  const ProcessorTime turn;
  std::size_t begun = 0;
  while (begun < members.size() && turn.passed() < kTurn) {
    const auto& one = members[begun++];
    do_here(one, [&] {
      remove(one, job->deletion, [this, job, one](const Result<Answer>& result) {
        // Not from within: it may have been answered at once.
        context_.loop().post([this, job, one, status = result.ok() ? Status() : result.status()] {
          one_removed(job, *one, status);
        });
      });
    });
  }
  members.erase(members.begin(), members.begin() + static_cast<std::ptrdiff_t>(begun));
  if (members.empty())
    return (void)context_.loop().post([this, job] {
      job->begins = false;
      remove_some(job);
    });
  context_.loop().post([this, job, members = std::move(members)]() mutable {
    begin_members(job, std::move(members));
  });
}

void Registry::one_removed(const std::shared_ptr<CollectionJob>& job, const Call& one,
                           const Status& status) {
  // What somebody else deleted meanwhile is gone, as it should be.
  if (job->first_failure.ok() && !status.ok() && status.code() != Code::kNotFound) {
    job->first_failure = status;
    job->call->refusal = one.refusal;
  }
  auto& warnings = job->call->warnings;
  warnings.insert(warnings.end(), one.warnings.begin(), one.warnings.end());
  --job->under_way;
  remove_some(job);
}

}  // namespace kubus::apiserver
