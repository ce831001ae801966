#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <boost/json.hpp>

#include "cache/storage_key.h"
#include "custom/engine.h"
#include "kubus/api/json_value.h"
#include "registry/change_rules.h"
#include "registry/lens.h"
#include "registry/metadata.h"
#include "registry/owners.h"
#include "registry/patched.h"
#include "registry/reflect.h"
#include "registry/registry.h"
#include "registry/shown.h"
#include "registry/strategy.h"
#include "registry/write_options.h"
#include "validation/warnings.h"
#include "versions/version.h"

namespace kubus::apiserver {
namespace {

constexpr int kAttempts = 50;

}  // namespace

struct Registry::ChangeJob {
  CallPtr call;
  Part part = Part::kMain;
  Owners owners = Owners::kRecorded;
  Transform transform;
  Done done;
  int attempts = 0;
  std::size_t warnings = 0;  // of the call before the first attempt
};

// What a change comes to, and what is held until it is written.
struct Registry::Change {
  ObjectPtr stored;
  ObjectPtr seen;  // the same as the client has it
  MessagePtr old, object;
  MessagePtr shown_old, shown;  // what admission sees, where that is something else
  std::string json;
  bool gone = false;
  Reservations reservations;
  QuotaLedger::TurnPtr turn;

  RemoteAdmission::Review review(const CallPtr& call) {
    if (shown) return {call, AdmissionCall::Operation::kUpdate, &shown, shown_old.get()};
    return {call, AdmissionCall::Operation::kUpdate, &object, old.get()};
  }
  void show(const Call& call) {
    if (!call.lens) return;
    shown_old = call.lens->show(*old, call, stored->revision());
    shown = call.lens->show(*object, call, stored->revision());
  }
};

void Registry::update(CallPtr call, Part part, Done done) {
  auto read = read_body(*call, *call->resource->message);
  if (!read.ok()) return done(read.status());
  std::shared_ptr<Message> body = std::move(*read);
  auto& metadata = *metadata_of(*body);
  if (auto status = check_place(metadata, *call); !status.ok()) return done(status);
  const auto& strategy = strategy_of(*call->resource);
  if (part == Part::kMain && strategy.create_on_update && !call->cache->get(call->key())) {
    if (metadata.resourceversion().empty()) {
      if (auto status = may_create_(*call); !status.ok()) return done(status);
      return create_object(std::move(call), clone(*body), std::move(done));
    }
  }
  change(
      call, part,
      [body, call](const Object& stored, const Message& current) -> Result<MessagePtr> {
        auto object = clone(*body);
        KUBUS_TRY(check_uid(*metadata_of(*object), metadata_of(current)->uid(), *call));
        KUBUS_TRY(settle_version(*object, stored, *call));
        return object;
      },
      std::move(done));
}

void Registry::patch(CallPtr call, Part part, Done done) {
  if (call->patch_type == kApplyPatch) return apply(std::move(call), part, std::move(done));
  const auto type = patch_type(call->patch_type, *call->resource);
  if (!type.ok()) return done(type.status());
  change(
      call, part,
      [call, type = *type](const Object& stored, const Message& current) -> Result<MessagePtr> {
        const auto* version = call->version;
        boost::json::value tree;
        KUBUS_TRY(version ? to_json_value(*version->to_served(current), tree)
                          : parse_json(stored.json().view(), tree));
        const auto& seen = version ? *version->served : *call->resource;
        auto object = read_patched(*call, type, std::move(tree), *seen.message);
        if (!object.ok()) return object;
        if (version) *object = version->to_stored(**object);
        KUBUS_TRY(check_name(*metadata_of(**object), call->info.name));
        KUBUS_TRY(settle_version(**object, stored, *call));
        return object;
      },
      std::move(done));
}

void Registry::change(CallPtr call, Part part, Owners owners, Transform transform, Done done) {
  auto job = std::make_shared<ChangeJob>();
  job->call = std::move(call);
  job->part = part;
  job->owners = owners;
  job->transform = std::move(transform);
  job->done = std::move(done);
  job->warnings = job->call->warnings.size();
  try_change(std::move(job));
}

void Registry::try_change(std::shared_ptr<ChangeJob> job) {
  const auto& call = *job->call;
  auto change = std::make_shared<Change>();
  change->stored = call.cache->get(call.key());
  if (!change->stored) return job->done(errors::not_found(call.subject()));
  if (job->attempts++ > kAttempts) return job->done(errors::modified(call.subject()));
  if (job->attempts > 1) job->call->warnings.resize(job->warnings);
  show(job->call, change->stored, [this, job, change](Result<ObjectPtr> seen) {
    if (!seen.ok()) return job->done(seen.status());
    change->seen = std::move(*seen);
    if (!conversion_of(*job->call)) return begin_change(job, change);
    proceed(job->call, [this, job, change] { begin_change(job, change); });
  });
}

void Registry::begin_change(std::shared_ptr<ChangeJob> job, std::shared_ptr<Change> change) {
  change->old = change->seen->decode();
  const auto& conversions = job->call->conversions;
  const auto again = [this, job, change] {
    job->call->warnings.resize(job->warnings);
    proceed(job->call, [this, job, change] { begin_change(job, change); });
  };
  auto object = job->transform(*change->seen, *change->old);
  if (conversions.pending()) return job->call->conversions.await(job->call->asker, again);
  if (!object.ok()) return job->done(object.status());
  change->object = std::move(*object);
  if (job->part == Part::kWhole) return write_change(std::move(job), std::move(change));
  auto prepared = prepare_change(*job, *change);
  if (conversions.pending()) return job->call->conversions.await(job->call->asker, again);
  if (!prepared.ok()) return job->done(prepared);
  const auto review = change->review(job->call);
  if (!remote_ || !remote_->mutates(review.as_call())) return validate_change(job, change);
  auto admit_again = [this, job, change] {
    return admit(admissions_, change->review(job->call).as_call());
  };
  remote_->mutate(review, std::move(admit_again), [this, job, change](const Status& status) {
    if (!status.ok()) return job->done(status);
    proceed(job->call, [this, job, change] { mutated_change(job, change); });
  });
}

// What others have made of the object is no more than what a client could have sent.
void Registry::mutated_change(const std::shared_ptr<ChangeJob>& job,
                              const std::shared_ptr<Change>& change) {
  auto& object = *change->object;
  if (const auto* lens = job->call->lens)
    if (auto status = lens->take(*change->shown, *job->call, object); !status.ok())
      return job->done(status);
  auto status = prepare_updated(*metadata_of(object), *metadata_of(*change->old), *job->call);
  if (!status.ok()) return job->done(status);
  keep_other_parts(*job, *change);
  apply_strategy(*job, *change);
  change->show(*job->call);
  validate_change(job, change);
}

void Registry::validate_change(const std::shared_ptr<ChangeJob>& job,
                               const std::shared_ptr<Change>& change) {
  if (auto status = check_change(*job, *change); !status.ok()) return job->done(status);
  validate_last(change->review(job->call), [this, job, change](const Status& valid) {
    if (!valid.ok()) return job->done(valid);
    review_change(job, change);
  });
}

void Registry::review_change(const std::shared_ptr<ChangeJob>& job,
                             const std::shared_ptr<Change>& change) {
  const auto review = change->review(job->call);
  if (!remote_ || !remote_->validates(review.as_call())) return write_change(job, change);
  remote_->validate(review, [this, job, change](const Status& status) {
    if (!status.ok()) return job->done(status);
    write_change(job, change);
  });
}

Status Registry::prepare_change(const ChangeJob& job, Change& change) const {
  auto& metadata = *metadata_of(*change.object);
  const auto& old_metadata = *metadata_of(*change.old);
  KUBUS_TRY(prepare_updated(metadata, old_metadata, *job.call));
  keep_other_parts(job, change);
  if (job.owners == Owners::kRecorded)
    record_owners(*job.call, change.seen.get(), old_metadata, *change.object);
  // It is prepared anew once they are there.
  if (job.call->conversions.pending()) return {};
  apply_strategy(job, change);
  change.show(*job.call);
  return admit(admissions_, change.review(job.call).as_call());
}

void Registry::apply_strategy(const ChangeJob& job, Change& change) const {
  const auto& strategy = strategy_of(*job.call->resource);
  if (job.part == Part::kStatus && strategy.prepare_status)
    strategy.prepare_status(*change.object, *change.old);
  if (job.part == Part::kMain && strategy.prepare_update)
    strategy.prepare_update(*change.object, *change.old);
}

// All that the call is not about stays as it was.
void Registry::keep_other_parts(const ChangeJob& job, Change& change) const {
  const auto& call = *job.call;
  auto& object = *change.object;
  const auto& old = *change.old;
  if (job.part == Part::kStatus) {
    // Everything but status and metadata.
    auto base = clone(old);
    copy_field(object, *base, "status");
    copy_field(object, *base, "metadata");
    object.GetReflection()->Swap(&object, base.get());
  } else if (job.part == Part::kSubresource) {
    strategy_of(*call.resource).part(call.info.subresource)->keep(object, old);
  } else if (call.resource->find_subresource("status")) {
    copy_field(old, object, "status");
  }
  if (job.part != Part::kStatus && engines_.apply_defaults)
    engines_.apply_defaults(object, *call.resource);
}

Status Registry::check_change(const ChangeJob& job, Change& change) const {
  const auto& call = *job.call;
  const auto& object = *change.object;
  if (job.part == Part::kSubresource) {
    if (engines_.check_part)
      KUBUS_TRY(engines_.check_part(object, *change.old, *call.resource, call.info.subresource));
  } else if (const auto check =
                 job.part == Part::kMain ? engines_.check_update : engines_.check_status) {
    KUBUS_TRY(check(*validated(object, call.version), *validated(*change.old, call.version),
                    *call.resource));
  }
  if (job.part == Part::kMain) add_warnings(object, change.old.get(), job.call->warnings);
  return {};
}

void Registry::write_change(std::shared_ptr<ChangeJob> job, std::shared_ptr<Change> change) {
  const auto& call = *job->call;
  auto& object = *change->object;
  const bool counts =
      job->part == Part::kMain && counts_metadata(*call.resource, object, *change->old);
  if (job->part != Part::kWhole && strategy_of(*call.resource).counts_generations &&
      (counts || !same_desire(stored_json(object), change->seen->json().view(),
                              counts_status(*call.resource))))
    metadata_of(object)->set_generation(metadata_of(*change->old)->generation() + 1);
  auto reservations = reserve(call, object, change->old.get());
  if (!reservations.ok()) return job->done(reservations.status());
  change->reservations = std::move(*reservations);
  to_storage(job->call, object, [this, job, change](Result<std::string> json) {
    if (!json.ok()) return job->done(json.status());
    change->json = std::move(*json);
    write_text(job, change);
  });
}

void Registry::write_text(const std::shared_ptr<ChangeJob>& job, std::shared_ptr<Change> change) {
  const auto& call = *job->call;
  auto& object = *change->object;
  const auto& stored = change->stored;
  change->gone = nothing_holds(object);
  // What is sealed with a key of the past is written anew.
  if (!change->gone && !stored->stale() &&
      same_but_times(change->json, object, stored->stored(), *change->old))
    return job->done(Answer::of(std::move(change->seen)));
  if (call.dry_run()) {
    if (ledger_ && !change->gone)
      if (auto status = ledger_->check(call, object, change->old.get()); !status.ok())
        return job->done(status);
    return answer_trial(job->call, std::move(change->object), change->json, stored->revision(), 200,
                        std::move(job->done));
  }
  if (!ledger_ || change->gone || job->part == Part::kWhole) return store(job, std::move(change));
  ledger_->enter(call, object, change->old.get(),
                 [this, job, change](Result<QuotaLedger::TurnPtr> turn) {
                   if (!turn.ok()) return job->done(turn.status());
                   change->turn = std::move(*turn);
                   store(job, change);
                 });
}

void Registry::store(const std::shared_ptr<ChangeJob>& job, std::shared_ptr<Change> change) {
  const auto& call = *job->call;
  if (auto status = call.still_wanted(); !status.ok()) return job->done(status);
  auto key = call.key();
  auto place = storage_key(*call.resource, key);
  const auto expected = change->stored->revision();
  auto written = [this, job, change, key](Result<Written> result) mutable {
    if (!result.ok()) return job->done(result.status());
    if (!result->done) {
      change->reservations.clear();
      return cache_.when(result->revision, [this, job, change] {
        change->turn.reset();
        proceed(job->call, [this, job] { try_change(job); });
      });
    }
    if (change->turn) change->turn->written(result->revision);
    change->turn.reset();
    hold_until(result->revision, std::move(change->reservations));
    finish(job->call, std::move(key), std::move(change->json), result->revision, 200,
           std::move(job->done));
  };
  if (change->gone)
    return storage_.remove(std::move(place), expected, std::move(written),
                           removal(*call.resource, *change->old));
  auto others = companions(change->reservations, change->turn, *change->object);
  storage_.put(std::move(place), change->json, expected, std::move(written), std::move(others));
}

}  // namespace kubus::apiserver
