#include "fairness/keeper.h"

#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>
#include <utility>

#include "kubus/api/resource.h"
#include "registry/reflect.h"

namespace kubus::apiserver::fairness {
namespace {

constexpr const char* kAutoUpdate = "apf.kubernetes.io/autoupdate-spec";
constexpr const char* kProducer = "api-priority-and-fairness-config-producer-v1";

enum class Note { kUpdate, kLeave, kUnknown };

Note note_of(const meta_v1::ObjectMeta& metadata) {
  const auto found = metadata.annotations().find(kAutoUpdate);
  if (found == metadata.annotations().end()) return Note::kUnknown;
  if (found->second == "true") return Note::kUpdate;
  return found->second == "false" ? Note::kLeave : Note::kUnknown;
}

// What is nowhere said is told by whether somebody has changed the object since it was made.
bool updates_itself(const meta_v1::ObjectMeta& metadata) {
  const auto said = note_of(metadata);
  return said == Note::kUpdate || (said == Note::kUnknown && metadata.generation() == 1);
}

template <class Object, class Spec>
bool revise_to(Object& object, const Spec& spec) {
  auto& metadata = *object.mutable_metadata();
  const bool update = is_mandatory(metadata.name()) || updates_itself(metadata);
  bool changed = false;
  auto& note = (*metadata.mutable_annotations())[kAutoUpdate];
  if (const char* text = update ? "true" : "false"; note != text) {
    note = text;
    changed = true;
  }
  if (update && object.spec().SerializeAsString() != spec.SerializeAsString()) {
    *object.mutable_spec() = spec;
    changed = true;
  }
  return changed;
}

}  // namespace

bool revise(FlowSchema& object, const FlowSchema& wanted) {
  return revise_to(object, wanted.spec());
}

bool revise(PriorityLevelConfiguration& object, const PriorityLevelConfiguration& wanted) {
  auto spec = wanted.spec();
  // How many seats the exempt level holds and lends is the administrator's to say.
  if (spec.has_exempt() && object.spec().has_exempt())
    *spec.mutable_exempt() = object.spec().exempt();
  return revise_to(object, spec);
}

void Keeper::run(UniqueFunction<void(Status)> done) {
  done_ = std::move(done);
  settle(default_levels());
  settle(default_schemas());
  finish("", {});
}

template <class Object>
void Keeper::settle(const std::vector<Object>& wanted) {
  for (const auto& object : wanted) settle_one(object);
  const auto& resource = *resource_of(*Object::descriptor());
  std::vector<std::string> outdated;
  registry_.cache().find(resource)->for_each([&](const ObjectPtr& stored) {
    const auto object = stored->decode();
    const auto& metadata = static_cast<const Object&>(*object).metadata();
    const bool known = std::any_of(wanted.begin(), wanted.end(), [&](const auto& one) {
      return one.metadata().name() == metadata.name();
    });
    if (!known && note_of(metadata) == Note::kUpdate) outdated.push_back(metadata.name());
  });
  for (const auto& name : outdated) remove(resource, name);
}

template <class Object>
void Keeper::settle_one(const Object& wanted) {
  const auto& resource = *resource_of(*Object::descriptor());
  const auto& name = wanted.metadata().name();
  const auto make_call = [&](const char* verb) {
    auto call = own_call(registry_.cache(), resource, "", name, verb);
    call->program = kProducer;
    return call;
  };
  const auto finished = [self = shared_from_this(), name](const Result<Answer>& result) {
    const bool there = result.code() == Code::kAlreadyExists;
    self->finish(name, there ? Status() : result.status());
  };
  const auto call = make_call("get");
  const auto stored = call->cache->get(call->key());
  if (!stored) {
    ++left_;
    auto object = clone(wanted);
    (*static_cast<Object&>(*object).mutable_metadata()->mutable_annotations())[kAutoUpdate] =
        "true";
    return registry_.create_object(make_call("create"), std::move(object), finished);
  }
  const auto object = stored->decode();
  if (!revise(static_cast<Object&>(*object), wanted)) return;
  ++left_;
  registry_.change(
      make_call("update"), Part::kMain,
      [wanted](const apiserver::Object& present, const Message&) -> Result<MessagePtr> {
        auto next = present.decode();
        revise(static_cast<Object&>(*next), wanted);
        return MessagePtr(std::move(next));
      },
      finished);
}

void Keeper::remove(const ResourceInfo& resource, const std::string& name) {
  ++left_;
  auto call = own_call(registry_.cache(), resource, "", name, "delete");
  registry_.remove(call, Deletion(),
                   [self = shared_from_this(), name](const Result<Answer>& result) {
                     const bool gone = result.code() == Code::kNotFound;
                     self->finish(name, gone ? Status() : result.status());
                   });
}

void Keeper::finish(const std::string& name, const Status& status) {
  if (!status.ok() && failure_.ok()) failure_ = status.annotate(name);
  if (--left_ > 0) return;
  auto done = std::exchange(done_, nullptr);
  done(failure_);
}

}  // namespace kubus::apiserver::fairness
