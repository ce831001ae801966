// The verbs on stored resources, the same for every kind.
//
// Thread safety: all members from any thread. Work runs on the caller's thread up to the write;
// what follows it, and `done`, on the plugin's loop, but for calls that take long: what there is to
// do for them is done by the workers.
//
// A write is answered once the cache has it, so that whoever wrote reads what they wrote.
#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "admission/admission.h"
#include "admission/remote.h"
#include "cache/cluster_cache.h"
#include "kubus/context.h"
#include "quota/quota_ledger.h"
#include "registry/body.h"
#include "registry/call.h"
#include "registry/deletion.h"
#include "registry/effort.h"
#include "registry/engines.h"
#include "registry/storage_client.h"
#include "registry/workers.h"
#include "registry/write_hook.h"

namespace kubus::apiserver {

// What part of an object a change is about; kSubresource: as the strategy's rules for the call's
// subresource say.
enum class Part { kMain, kStatus, kSubresource, kWhole };
// Whether it is still to be found out who owns which fields of an object that is written.
enum class Owners { kRecorded, kSettled };

class Registry {
 public:
  // `codec` seals what is stored and outlives this.
  Registry(Context& context, ClusterCache& cache, const ValueCodec& codec, Engines engines);
  // Set up before the first call.
  Admissions& admissions() { return admissions_; }
  std::vector<WriteHook*>& hooks() { return hooks_; }
  // Asked before an update or an apply creates what it was to change: whoever may do the one may
  // not do the other for that.
  using Permit = std::function<Status(Call&)>;
  void permit_creation(Permit permit) { may_create_ = std::move(permit); }
  // Asks whatever checks have put off, before others are asked about an object.
  using Settle = std::function<void(CallPtr, UniqueFunction<void(Status)>)>;
  void settle_deferred(Settle settle) { settle_ = std::move(settle); }
  // Null: nobody else is asked about what is written.
  void set_remote_admission(RemoteAdmission* remote) { remote_ = remote; }
  // Null: nobody keeps account of quotas.
  void set_ledger(QuotaLedger* ledger) { ledger_ = ledger; }
  // Null: whoever has a call does all of it.
  void set_workers(Workers* workers) { workers_ = workers; }
  ClusterCache& cache() { return cache_; }
  Context& context() { return context_; }

  // Finds out whether the call is the workers'. It has been resolved.
  void judge(Call& call) const {
    call.large = is_large(call);
    call.takes_long = workers_ && (call.large || efforts_.takes_long(call));
  }
  // Whether its client has no more than enough calls there.
  bool has_room(const Call& call) const;
  // Does a step of a call, here or where such calls are worked on.
  void proceed(const CallPtr& call, Task step);
  // Does one here, and learns what it takes.
  template <class Step>
  void do_here(CallPtr call, Step step) {
    const ProcessorTime time;
    step();
    efforts_.note(*call, time.passed());
  }

  void get(CallPtr call, Done done);
  void list(CallPtr call, Done done);
  void create(CallPtr call, Done done);
  void update(CallPtr call, Part part, Done done);
  void patch(CallPtr call, Part part, Done done);
  // The patch that is an apply: creates the object where there is none.
  void apply(CallPtr call, Part part, Done done);
  void remove(CallPtr call, Done done);
  void remove_collection(CallPtr call, Done done);

  // Creates an object that is decoded already.
  void create_object(CallPtr call, MessagePtr object, Done done) {
    create_object(std::move(call), std::move(object), Owners::kRecorded, std::move(done));
  }
  void create_object(CallPtr call, MessagePtr object, Owners owners, Done done);
  // Reads the object of `call`, lets `transform` make the new one of it, and writes that; again
  // from the start if somebody else was faster. kPart kWhole: as the server's own change, without
  // admission or validation.
  using Transform = std::function<Result<MessagePtr>(const Object& stored, const Message& current)>;
  void change(CallPtr call, Part part, Transform transform, Done done) {
    change(std::move(call), part, Owners::kRecorded, std::move(transform), std::move(done));
  }
  // `transform` has settled the owners.
  void change(CallPtr call, Part part, Owners owners, Transform transform, Done done);
  void remove(CallPtr call, Deletion deletion, Done done);
  // Admission of what is posted and does something else than to be stored: a binding, an eviction,
  // a question. `check`, which may be null, sees what was made of it before it may be refused.
  using Check = UniqueFunction<Status(Message&)>;
  using Posted = UniqueFunction<void(Result<MessagePtr>)>;
  void post(CallPtr call, MessagePtr object, Check check, Posted then);
  // Admission of a connection; `options` say how it is to be made.
  void connect(CallPtr call, MessagePtr options, Posted then);

  // Runs `then` once the cache has reached `revision`, or with kTimeout after three seconds.
  void await_revision(std::int64_t revision, UniqueFunction<void(Status)> then);

 private:
  struct ApplyJob;
  struct ChangeJob;
  struct Change;
  struct CreateJob;
  struct PostJob;
  struct RemoveJob;
  struct CollectionJob;
  // What is to be removed, as it is stored and as the client has it.
  struct Doomed {
    ObjectPtr stored, seen;
    std::shared_ptr<const Message> old;
  };

  void list_now(const CallPtr& call, const ListQuery& query, Done done);
  void try_apply(std::shared_ptr<ApplyJob> job);
  // `soon`: refused by an admission for something that may be there in a moment.
  Status prepare_create(Call& call, Owners owners, Message& object, bool& soon) const;
  Status check_create(Call& call, Message& object) const;
  // A creation goes through these one after the other; where others are asked, it waits.
  void begin_create(std::shared_ptr<CreateJob> job);
  void mutated_create(const std::shared_ptr<CreateJob>& job);
  void validate_create(const std::shared_ptr<CreateJob>& job);
  void review_create(const std::shared_ptr<CreateJob>& job);
  void reserve_create(std::shared_ptr<CreateJob> job);
  void try_create(std::shared_ptr<CreateJob> job);
  void put_created(const std::shared_ptr<CreateJob>& job, QuotaLedger::TurnPtr turn);
  void create_again(const std::shared_ptr<CreateJob>& job, QuotaLedger::TurnPtr turn,
                    const std::string& key, std::int64_t revision);
  // Something else than the name was in the way.
  void recreate(const std::shared_ptr<CreateJob>& job);
  // What the admission plugins say at last, all of it again when they missed conversions, and what
  // was put off. What is under review lives as long as `then`.
  void validate_last(const RemoteAdmission::Review& review, UniqueFunction<void(Status)> then);
  // The steps of a change, of which some wait as those of a creation do.
  void admit_posted(const std::shared_ptr<PostJob>& job);
  void check_posted(const std::shared_ptr<PostJob>& job);
  void review_posted(const std::shared_ptr<PostJob>& job);
  void try_change(std::shared_ptr<ChangeJob> job);
  void begin_change(std::shared_ptr<ChangeJob> job, std::shared_ptr<Change> change);
  void mutated_change(const std::shared_ptr<ChangeJob>& job, const std::shared_ptr<Change>& change);
  void validate_change(const std::shared_ptr<ChangeJob>& job,
                       const std::shared_ptr<Change>& change);
  void review_change(const std::shared_ptr<ChangeJob>& job, const std::shared_ptr<Change>& change);
  Status prepare_change(const ChangeJob& job, Change& change) const;
  void keep_other_parts(const ChangeJob& job, Change& change) const;
  Status check_change(const ChangeJob& job, Change& change) const;
  void apply_strategy(const ChangeJob& job, Change& change) const;
  void write_change(std::shared_ptr<ChangeJob> job, std::shared_ptr<Change> change);
  void write_text(const std::shared_ptr<ChangeJob>& job, std::shared_ptr<Change> change);
  void store(const std::shared_ptr<ChangeJob>& job, std::shared_ptr<Change> change);
  void try_remove(std::shared_ptr<RemoveJob> job);
  void admit_remove(const std::shared_ptr<RemoveJob>& job, Doomed doomed);
  void plan_remove(const std::shared_ptr<RemoveJob>& job, const Doomed& doomed);
  // `json` is what the object is as it goes or is left; none: nobody wants to know.
  void write_removal(const std::shared_ptr<RemoveJob>& job, const Doomed& doomed,
                     std::optional<std::string> json, bool gone);
  // Removes as many as may be under way at once; ends the job with the last.
  void remove_some(const std::shared_ptr<CollectionJob>& job);
  using Members = std::vector<CallPtr>;
  void begin_members(const std::shared_ptr<CollectionJob>& job, Members members);
  void remove_members(const std::shared_ptr<CollectionJob>& job, Members members);
  void one_removed(const std::shared_ptr<CollectionJob>& job, const Call& one,
                   const Status& status);
  void finish(const CallPtr& call, std::string key, std::string json, std::int64_t revision,
              int code, Done done);
  bool is_hooked(const Call& call) const;
  Result<Reservations> reserve(const Call& call, Message& object, const Message* old) const;
  // Everything that is written along with `object`. A null `turn` has nothing.
  static Companions companions(const Reservations& reservations, const QuotaLedger::TurnPtr& turn,
                               const Message& object);
  // Everything that goes along with `object`.
  Companions removal(const ResourceInfo& resource, const Message& object) const;
  // From then on the cache tells what is taken.
  void hold_until(std::int64_t revision, Reservations reservations);

  Context& context_;
  ClusterCache& cache_;
  Engines engines_;
  Admissions admissions_;
  RemoteAdmission* remote_ = nullptr;
  Permit may_create_ = [](Call&) { return Status(); };
  Settle settle_;
  std::vector<WriteHook*> hooks_;
  QuotaLedger* ledger_ = nullptr;
  Workers* workers_ = nullptr;
  Efforts efforts_;
  StorageClient storage_;
};

}  // namespace kubus::apiserver
