#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <atomic>

#include "cache/storage_key.h"
#include "registry/list_query.h"
#include "registry/reflect.h"
#include "registry/registry.h"
#include "registry/strategy.h"

namespace kubus::apiserver {

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
  if (auto status =
          admit(admissions_, {call, AdmissionCall::Operation::kDelete, nullptr, old.get()});
      !status.ok())
    return job->done(status);
  const auto& strategy = strategy_of(*call.resource);
  auto plan = plan_deletion(call, *old, job->deletion, strategy);
  if (!plan.ok()) return job->done(plan.status());
  if (plan->step == DeletionPlan::Step::kNothing) return job->done(Answer::of(std::move(stored)));
  if (call.dry_run()) {
    metadata_of(*plan->object)->set_resourceversion(std::to_string(stored->revision()));
    return job->done(Answer::of(std::shared_ptr<const Message>(std::move(plan->object))));
  }
  auto key = call.key();
  auto place = storage_key(*call.resource, key);
  auto json = stored_json(*plan->object);
  const bool gone = plan->step == DeletionPlan::Step::kRemove;
  if (!gone && json == stored->stored()) return job->done(Answer::of(std::move(stored)));
  const bool returns = !gone || strategy.returns_deleted;
  Removed removed{call.info.name, call.resource->group, call.resource->plural,
                  std::string(stored->uid())};
  auto written = [this, job, key, json, old, gone, returns,
                  removed](Result<Written> result) mutable {
    if (!result.ok()) return job->done(result.status());
    if (!result->done) return cache_.when(result->revision, [this, job] { try_remove(job); });
    if (gone)
      for (auto* hook : hooks_) hook->removed(*job->call->resource, *old);
    if (returns)
      return finish(job->call, std::move(key), std::move(json), result->revision, 200,
                    std::move(job->done));
    cache_.when(result->revision, [job, removed] {
      Answer answer;
      answer.removed = removed;
      job->done(std::move(answer));
    });
  };
  if (gone)
    storage_.remove(std::move(place), stored->revision(), std::move(written));
  else
    storage_.put(std::move(place), std::move(json), stored->revision(), std::move(written));
}

void Registry::remove_collection(CallPtr call, Done done) {
  auto deletion = read_deletion(*call);
  if (!deletion.ok()) return done(deletion.status());
  auto query = list_query(*call);
  if (!query.ok()) return done(query.status());
  auto found = call->cache->list(*query, cache_.revision());
  if (!found.ok()) return done(found.status());
  struct All {
    std::atomic<std::size_t> left;
    ListResult found;
    Done done;
    std::mutex mutex;
    Status first_failure;
  };
  auto all = std::make_shared<All>();
  all->left = found->items.size() + 1;
  all->found = std::move(*found);
  all->done = std::move(done);
  const auto one_done = [all](Result<Answer> result) {
    // What somebody else deleted meanwhile is gone, as it should be.
    if (!result.ok() && result.code() != Code::kNotFound) {
      std::lock_guard lock(all->mutex);
      if (all->first_failure.ok()) all->first_failure = result.status();
    }
    if (--all->left > 0) return;
    if (!all->first_failure.ok()) return all->done(all->first_failure);
    Answer answer;
    answer.list = std::move(all->found);
    all->done(std::move(answer));
  };
  const auto items = all->found.items;
  for (const auto& item : items) {
    auto one = std::make_shared<Call>(*call);
    one->info.name = std::string(item->name());
    one->info.ns = std::string(item->ns());
    one->info.verb = "delete";
    remove(std::move(one), *deletion, one_done);
  }
  one_done(Answer());
}

}  // namespace kubus::apiserver
