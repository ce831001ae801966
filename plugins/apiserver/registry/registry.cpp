#include "registry/registry.h"

#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include "custom/engine.h"
#include "kubus/api/json.h"

namespace kubus::apiserver {
namespace {

constexpr auto kPatience = std::chrono::seconds(3);

}  // namespace

Registry::Registry(Context& context, ClusterCache& cache, const ValueCodec& codec, Engines engines)
    : context_(context), cache_(cache), engines_(engines), storage_(context, codec) {}

void Registry::finish(const CallPtr& call, std::string key, std::string json, std::int64_t revision,
                      int code, Done done) {
  cache_.when(revision, [call, key = std::move(key), json = std::move(json), revision, code,
                         done = std::move(done)]() mutable {
    auto object = call->cache->get(key);
    if (object && object->revision() == revision) return done(Answer::of(std::move(object), code));
    // It has been changed again since: the answer is what this call wrote.
    auto written = Object::make(*call->resource, json, revision);
    if (!written.ok()) return done(written.status());
    done(Answer::of(std::move(*written), code));
  });
}

Result<std::vector<std::shared_ptr<Reservation>>> Registry::reserve(const Call& call,
                                                                    Message& object,
                                                                    const Message* old) const {
  std::vector<std::shared_ptr<Reservation>> reservations;
  for (auto* hook : hooks_) {
    auto reservation = hook->reserve(call, object, old);
    if (!reservation.ok()) return reservation.status();
    if (*reservation) reservations.push_back(std::move(*reservation));
  }
  return reservations;
}

Status Registry::admit_part(Call& call, Message& posted) const {
  const AdmissionCall admission{call, AdmissionCall::Operation::kCreate, &posted, nullptr};
  KUBUS_TRY(admit(admissions_, admission));
  return validate(admissions_, admission);
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
