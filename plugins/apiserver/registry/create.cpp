#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include "cache/storage_key.h"
#include "registry/metadata.h"
#include "registry/owners.h"
#include "registry/reflect.h"
#include "registry/registry.h"
#include "registry/shown.h"
#include "registry/strategy.h"
#include "request/number.h"
#include "validation/warnings.h"
#include "versions/version.h"

namespace kubus::apiserver {
namespace {

constexpr int kNameAttempts = 8;
// How often and how long a call waits for what admission wants.
constexpr std::chrono::milliseconds kAdmissionPause{50};
constexpr int kAdmissionAttempts = 20;

// It is the reference's storage that does not want it, so a trial passes, and there is no reason.
Status check_unwritten(const meta_v1::ObjectMeta& metadata) {
  const auto version = parse_version(metadata.resourceversion());
  if (!version.ok() || *version == 0) return {};
  return Status(Code::kUnknown, "resourceVersion should not be set on objects to be created");
}

Status taken_name(const Call& call, const std::string& name) {
  const auto there = call.cache->get(object_key(*call.resource, call.info.ns, name));
  return errors::already_exists(call.subject(name), there && there->deleting());
}

}  // namespace

struct Registry::CreateJob {
  CallPtr call;
  MessagePtr object;
  Done done;
  Owners owners = Owners::kRecorded;
  bool generates = false;
  int attempts = 0;
  int admissions = 0;  // that refused it
  std::string json;    // that is stored
  // As it was before anything was reserved for it; null: nothing had to be.
  MessagePtr asked;
  Reservations reservations;

  RemoteAdmission::Review review() {
    return {call, AdmissionCall::Operation::kCreate, &object, nullptr};
  }
};

void Registry::create(CallPtr call, Done done) {
  auto object = read_body(*call, *call->resource->message);
  if (!object.ok()) return done(object.status());
  create_object(std::move(call), std::move(*object), std::move(done));
}

Status Registry::prepare_create(Call& call, Owners owners, Message& object, bool& soon) const {
  const auto& strategy = strategy_of(*call.resource);
  auto& metadata = *metadata_of(object);
  KUBUS_TRY(prepare_created(metadata, call));
  if (call.resource->find_subresource("status") && !strategy.keeps_status_on_create)
    clear_field(object, "status");
  if (engines_.apply_defaults) engines_.apply_defaults(object, *call.resource);
  if (owners == Owners::kRecorded) record_owners(call, nullptr, metadata, object);
  return admit(admissions_, {call, AdmissionCall::Operation::kCreate, &object, nullptr}, &soon);
}

Status Registry::check_create(Call& call, Message& object) const {
  const auto& strategy = strategy_of(*call.resource);
  auto& metadata = *metadata_of(object);
  fill_created(metadata, strategy.counts_generations);
  if (metadata.name().empty() && !metadata.generatename().empty())
    metadata.set_name(generated_name(metadata.generatename()));
  if (strategy.prepare_create) strategy.prepare_create(object);
  if (strategy.set_author) strategy.set_author(object, call.identity);
  if (engines_.check_create)
    KUBUS_TRY(engines_.check_create(*validated(object, call.version), *call.resource));
  add_warnings(object, nullptr, call.warnings);
  return {};
}

void Registry::create_object(CallPtr call, MessagePtr object, Owners owners, Done done) {
  auto job = std::make_shared<CreateJob>();
  job->owners = owners;
  job->generates = metadata_of(*object)->name().empty();
  job->call = std::move(call);
  job->object = std::move(object);
  job->done = std::move(done);
  begin_create(std::move(job));
}

void Registry::begin_create(std::shared_ptr<CreateJob> job) {
  auto& call = *job->call;
  bool soon = false;
  if (auto status = prepare_create(call, job->owners, *job->object, soon); !status.ok()) {
    if (!soon || ++job->admissions >= kAdmissionAttempts) return job->done(status);
    // What admission has changed since is nobody's.
    job->owners = Owners::kSettled;
    auto again = [this, job] { proceed(job->call, [this, job] { begin_create(job); }); };
    return context_.loop().after(kAdmissionPause, std::move(again)).detach();
  }
  const auto review = job->review();
  if (!remote_ || !remote_->mutates(review.as_call())) return validate_create(job);
  auto again = [this, job] { return admit(admissions_, job->review().as_call()); };
  remote_->mutate(review, std::move(again), [this, job](const Status& status) {
    if (!status.ok()) return job->done(status);
    proceed(job->call, [this, job] { mutated_create(job); });
  });
}

// What others have made of the object is no more than what a client could have sent.
void Registry::mutated_create(const std::shared_ptr<CreateJob>& job) {
  auto& call = *job->call;
  const auto& strategy = strategy_of(*call.resource);
  auto status = prepare_created(*metadata_of(*job->object), call);
  if (status.ok() && !call.info.name.empty())
    status = check_name(*metadata_of(*job->object), call.info.name);
  if (!status.ok()) return job->done(status);
  if (call.resource->find_subresource("status") && !strategy.keeps_status_on_create)
    clear_field(*job->object, "status");
  if (engines_.apply_defaults) engines_.apply_defaults(*job->object, *call.resource);
  validate_create(job);
}

void Registry::validate_create(const std::shared_ptr<CreateJob>& job) {
  if (auto status = check_create(*job->call, *job->object); !status.ok()) return job->done(status);
  validate_last(job->review(), [this, job](const Status& valid) {
    if (!valid.ok()) return job->done(valid);
    review_create(job);
  });
}

void Registry::review_create(const std::shared_ptr<CreateJob>& job) {
  const auto review = job->review();
  if (!remote_ || !remote_->validates(review.as_call())) return reserve_create(job);
  remote_->validate(review, [this, job](const Status& status) {
    if (!status.ok()) return job->done(status);
    reserve_create(job);
  });
}

void Registry::reserve_create(std::shared_ptr<CreateJob> job) {
  auto& call = *job->call;
  if (is_hooked(call) && !job->asked) job->asked = clone(*job->object);
  auto reservations = reserve(call, *job->object, nullptr);
  if (!reservations.ok()) return job->done(reservations.status());
  const auto& name = metadata_of(*job->object)->name();
  if (call.dry_run()) {
    if (ledger_)
      if (auto status = ledger_->check(call, *job->object, nullptr); !status.ok())
        return job->done(status);
    if (call.cache->get(object_key(*call.resource, call.info.ns, name)))
      return job->done(taken_name(call, name));
    // What was sent as the version is left there.
    const auto sent = parse_version(metadata_of(*job->object)->resourceversion());
    const auto version = sent.ok() ? *sent : 0;
    return to_storage(job->call, *job->object, [job, version](const Result<std::string>& json) {
      if (!json.ok()) return job->done(json.status());
      answer_trial(job->call, std::move(job->object), *json, version, 201, std::move(job->done));
    });
  }
  if (auto status = check_unwritten(*metadata_of(*job->object)); !status.ok())
    return job->done(status);
  job->reservations = std::move(*reservations);
  try_create(std::move(job));
}

void Registry::try_create(std::shared_ptr<CreateJob> job) {
  auto& metadata = *metadata_of(*job->object);
  if (job->attempts++ > 0) metadata.set_name(generated_name(metadata.generatename()));
  to_storage(job->call, *job->object, [this, job](Result<std::string> json) {
    if (!json.ok()) return job->done(json.status());
    job->json = std::move(*json);
    if (!ledger_) return put_created(job, nullptr);
    ledger_->enter(*job->call, *job->object, nullptr,
                   [this, job](Result<QuotaLedger::TurnPtr> turn) {
                     if (!turn.ok()) return job->done(turn.status());
                     put_created(job, std::move(*turn));
                   });
  });
}

void Registry::put_created(const std::shared_ptr<CreateJob>& job, QuotaLedger::TurnPtr turn) {
  const auto& call = *job->call;
  if (auto status = call.still_wanted(); !status.ok()) return job->done(status);
  auto key = object_key(*call.resource, call.info.ns, metadata_of(*job->object)->name());
  auto stored = storage_key(*call.resource, key);
  auto others = companions(job->reservations, turn, *job->object);
  storage_.put(
      std::move(stored), job->json, 0,
      [this, job, key, turn](Result<Written> written) mutable {
        if (!written.ok()) return job->done(written.status());
        if (!written->done) return create_again(job, std::move(turn), key, written->revision);
        if (turn) turn->written(written->revision);
        turn.reset();
        hold_until(written->revision, std::move(job->reservations));
        finish(job->call, std::move(key), std::move(job->json), written->revision, 201,
               std::move(job->done));
      },
      std::move(others));
}

// The name is taken, or something that is written along has been changed meanwhile.
void Registry::create_again(const std::shared_ptr<CreateJob>& job, QuotaLedger::TurnPtr turn,
                            const std::string& key, std::int64_t revision) {
  const auto taken = [this, job] {
    if (job->generates && job->attempts < kNameAttempts) return try_create(job);
    job->done(taken_name(*job->call, metadata_of(*job->object)->name()));
  };
  // What is applied is applied to what there is: the cache has to have it.
  const bool alone = !turn && !job->asked;
  if (alone && job->owners != Owners::kSettled) return taken();
  cache_.when(revision, [this, job, turn = std::move(turn), key, taken, alone]() mutable {
    turn.reset();
    if (alone || job->call->cache->get(key)) return taken();
    recreate(job);
  });
}

void Registry::recreate(const std::shared_ptr<CreateJob>& job) {
  job->attempts = 0;
  if (!job->asked) return try_create(job);
  job->reservations.clear();
  const auto name = metadata_of(*job->object)->name();
  job->object = clone(*job->asked);
  metadata_of(*job->object)->set_name(name);
  reserve_create(job);
}

}  // namespace kubus::apiserver
