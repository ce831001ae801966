#include "fairness/feed.h"

#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "kubus/api/resource.h"
#include "kubus/api/time.h"

namespace kubus::apiserver::fairness {
namespace {

constexpr const char* kGroup = "flowcontrol.apiserver.k8s.io";
constexpr const char* kConsumer = "api-priority-and-fairness-config-consumer-v1";

template <class Object>
class ObjectWatcher final : public Watcher {
 public:
  using Remove = void (Fairness::*)(const std::string&);
  ObjectWatcher(Fairness& fairness, Remove remove, std::function<void()> changed)
      : fairness_(fairness), remove_(remove), changed_(std::move(changed)) {}

  void on_event(EventType type, const ObjectPtr& object) override {
    if (type == EventType::kDeleted)
      (fairness_.*remove_)(std::string(object->name()));
    else
      fairness_.put(static_cast<const Object&>(*object->decode()));
    changed_();
  }
  void on_bookmark(std::int64_t, bool) override {}
  void on_end(const Status&) override {}

 private:
  Fairness& fairness_;
  const Remove remove_;
  const std::function<void()> changed_;
};

}  // namespace

bool set_dangling(FlowSchema& schema, bool level_exists) {
  const auto& level = schema.spec().prioritylevelconfiguration().name();
  flowcontrol_v1::FlowSchemaCondition wanted;
  wanted.set_type("Dangling");
  wanted.set_status(level_exists ? "False" : "True");
  wanted.set_reason(level_exists ? "Found" : "NotFound");
  wanted.set_message("This FlowSchema references the PriorityLevelConfiguration object named \"" +
                     level + "\" " +
                     (level_exists ? "and it exists" : "but there is no such object"));
  auto& conditions = *schema.mutable_status()->mutable_conditions();
  auto found = std::find_if(conditions.begin(), conditions.end(),
                            [](const auto& condition) { return condition.type() == "Dangling"; });
  if (found == conditions.end()) {
    set_now(*wanted.mutable_lasttransitiontime());
    *conditions.Add() = std::move(wanted);
    return true;
  }
  if (found->status() == wanted.status() && found->reason() == wanted.reason() &&
      found->message() == wanted.message())
    return false;
  if (found->status() == wanted.status())
    *wanted.mutable_lasttransitiontime() = found->lasttransitiontime();
  else
    set_now(*wanted.mutable_lasttransitiontime());
  *found = std::move(wanted);
  return true;
}

Status Feed::start() {
  const auto changed = [this] { this->changed(); };
  const std::pair<const char*, std::shared_ptr<Watcher>> watched[] = {
      {"prioritylevelconfigurations", std::make_shared<ObjectWatcher<PriorityLevelConfiguration>>(
                                          fairness_, &Fairness::remove_level, changed)},
      {"flowschemas",
       std::make_shared<ObjectWatcher<FlowSchema>>(fairness_, &Fairness::remove_schema, changed)},
  };
  WatchStart from_state;
  from_state.from = WatchStart::From::kState;
  auto& cache = registry_.cache();
  for (const auto& [resource, watcher] : watched) {
    KUBUS_TRY(cache.find(kGroup, resource)->watch(watcher, {}, from_state, cache.revision()));
    watchers_.push_back(watcher);
  }
  return {};
}

// A watcher must not call the cache, and many changes come together.
void Feed::changed() {
  if (std::exchange(settling_, true)) return;
  registry_.context().loop().post([this] {
    settling_ = false;
    settle_conditions();
  });
}

void Feed::settle_conditions() {
  for (auto& schema : fairness_.schemas()) {
    const bool exists = fairness_.has_level(schema.spec().prioritylevelconfiguration().name());
    if (!set_dangling(schema, exists)) continue;
    auto call = own_call(registry_.cache(), *resource_of(*FlowSchema::descriptor()), "",
                         schema.metadata().name(), "update");
    call->info.subresource = "status";
    call->program = kConsumer;
    registry_.change(
        call, Part::kStatus,
        [this](const Object& stored, const Message&) -> Result<MessagePtr> {
          auto next = stored.decode();
          auto& now = static_cast<FlowSchema&>(*next);
          // It may refer to another level by now.
          set_dangling(now, fairness_.has_level(now.spec().prioritylevelconfiguration().name()));
          return MessagePtr(std::move(next));
        },
        [this, name = schema.metadata().name()](const Result<Answer>& result) {
          if (result.ok() || result.code() == Code::kNotFound) return;
          registry_.context().log().warn("condition of a flow schema",
                                         {{"name", name}, {"error", result.status().message()}});
        });
  }
}

}  // namespace kubus::apiserver::fairness
