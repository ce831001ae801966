#include "registry/registry.h"

#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>
#include <iterator>

#include "custom/engine.h"
#include "kubus/api/json.h"
#include "registry/shown.h"

namespace kubus::apiserver {
namespace {

constexpr auto kPatience = std::chrono::seconds(3);
// Calls of a client that hold their seats while they wait for the workers.
constexpr std::size_t kMostWaiting = 64;

}  // namespace

Registry::Registry(Context& context, ClusterCache& cache, const ValueCodec& codec, Engines engines)
    : context_(context), cache_(cache), engines_(engines), storage_(context, codec) {}

bool Registry::has_room(const Call& call) const {
  return workers_->waiting(call.identity.name) < kMostWaiting;
}

void Registry::proceed(const CallPtr& call, Task step) {
  call->takes_long = call->takes_long || (workers_ && efforts_.takes_long(*call));
  if (!call->takes_long) return do_here(call, std::move(step));
  workers_->post(call->identity.name, [this, call, step = std::move(step)]() mutable {
    do_here(call, std::move(step));
  });
}

void Registry::finish(const CallPtr& call, std::string key, std::string json, std::int64_t revision,
                      int code, Done done) {
  cache_.when(revision, [call, key = std::move(key), json = std::move(json), revision, code,
                         done = std::move(done)]() mutable {
    auto object = call->cache->get(key);
    if (!object || object->revision() != revision) {
      // It has been changed again since: the answer is what this call wrote.
      auto written = Object::make(call->cache->resource(), json, revision);
      if (!written.ok()) return done(written.status());
      object = std::move(*written);
    }
    show(call, std::move(object), [code, done = std::move(done)](Result<ObjectPtr> shown) mutable {
      if (!shown.ok()) return done(shown.status());
      done(Answer::of(std::move(*shown), code));
    });
  });
}

bool Registry::is_hooked(const Call& call) const {
  return std::any_of(hooks_.begin(), hooks_.end(),
                     [&](const WriteHook* hook) { return hook->concerns(call); });
}

Result<Reservations> Registry::reserve(const Call& call, Message& object,
                                       const Message* old) const {
  Reservations reservations;
  for (auto* hook : hooks_) {
    if (!hook->concerns(call)) continue;
    auto reservation = hook->reserve(call, object, old);
    if (!reservation.ok()) return reservation.status();
    if (*reservation) reservations.push_back(std::move(*reservation));
  }
  return reservations;
}

Companions Registry::companions(const Reservations& reservations, const QuotaLedger::TurnPtr& turn,
                                const Message& object) {
  auto all = turn ? turn->puts() : Companions();
  for (const auto& reservation : reservations) {
    auto more = reservation->companions(object);
    std::move(more.begin(), more.end(), std::back_inserter(all));
  }
  return all;
}

Companions Registry::removal(const ResourceInfo& resource, const Message& object) const {
  Companions all;
  for (auto* hook : hooks_) {
    auto more = hook->removal(resource, object);
    std::move(more.begin(), more.end(), std::back_inserter(all));
  }
  return all;
}

void Registry::validate_last(const RemoteAdmission::Review& review,
                             UniqueFunction<void(Status)> then) {
  auto& call = *review.call;
  const auto warnings = call.warnings.size();
  auto status = validate(admissions_, review.as_call());
  if (!call.conversions.pending()) {
    if (!status.ok() || call.deferred.empty() || !settle_) return then(std::move(status));
    return settle_(review.call, std::move(then));
  }
  call.warnings.resize(warnings);
  call.conversions.await(call.asker, [this, review, then = std::move(then)]() mutable {
    proceed(review.call, [this, review, then = std::move(then)]() mutable {
      validate_last(review, std::move(then));
    });
  });
}

void Registry::hold_until(std::int64_t revision, Reservations reservations) {
  if (!reservations.empty()) cache_.when(revision, [held = std::move(reservations)] {});
}

void Registry::await_revision(std::int64_t revision, UniqueFunction<void(Status)> then) {
  if (cache_.revision() >= revision) return then({});
  struct Wait {
    UniqueFunction<void(Status)> then;
    Registration timer;
  };
  auto wait = std::make_shared<Wait>();
  wait->then = std::move(then);
  const auto end = [wait](Status status) {
    if (!wait->then) return;
    auto once = std::exchange(wait->then, nullptr);
    wait->timer.detach();
    once(std::move(status));
  };
  // Both ends run on the loop, so the first one wins without a lock.
  context_.loop().post([this, wait, end, revision] {
    wait->timer = context_.loop().after(kPatience, [this, end, revision] {
      end(errors::future_version(revision, cache_.revision()));
    });
    cache_.when(revision, [end] { end({}); });
  });
}

}  // namespace kubus::apiserver
