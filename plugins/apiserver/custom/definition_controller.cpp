#include "custom/definition_controller.h"

#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>

#include "registry/reflect.h"

namespace kubus::apiserver {
namespace {

using apiextensions_v1::CustomResourceDefinition;

constexpr std::string_view kGroup = "apiextensions.k8s.io";
constexpr std::string_view kPlural = "customresourcedefinitions";

Identity server_identity() { return {"system:apiserver", {"system:masters"}, {}}; }

SystemTime now() { return std::chrono::system_clock::now(); }

}  // namespace

// Tells when an object of a kind that ends is gone.
class DefinitionController::Emptied final : public Watcher {
 public:
  Emptied(Loop& loop, DefinitionController& to) : loop_(loop), to_(to) {}
  void on_event(EventType type, const ObjectPtr&) override {
    if (type == EventType::kDeleted) loop_.post([this_ = &to_] { this_->wake(); });
  }
  void on_bookmark(std::int64_t, bool) override {}
  void on_end(const Status&) override {}

 private:
  Loop& loop_;
  DefinitionController& to_;
};

void DefinitionController::start() {
  running_ = true;
  wake();
}

void DefinitionController::wake() {
  if (!running_ || std::exchange(scheduled_, true)) return;
  registry_.context().loop().post([this] {
    scheduled_ = false;
    if (running_) pass();
  });
}

CallPtr DefinitionController::call_for(const std::string& name, const char* verb) const {
  auto call = std::make_shared<Call>();
  call->info.is_resource = true;
  call->info.verb = verb;
  call->info.group = kGroup;
  call->info.version = "v1";
  call->info.resource = kPlural;
  call->info.name = name;
  call->identity = server_identity();
  call->resource = find_resource(kGroup, "v1", kPlural);
  call->cache = registry_.cache().find(*call->resource);
  return call;
}

void DefinitionController::write(const std::string& name, Registry::Transform transform) {
  if (!busy_.insert(name).second) return;
  registry_.change(call_for(name, "update"), Part::kWhole, std::move(transform),
                   [this, name](const Result<Answer>& result) {
                     busy_.erase(name);
                     if (!result.ok() && result.code() != Code::kNotFound)
                       registry_.context().log().warn(
                           "the status of a definition cannot be written",
                           {{"definition", name}, {"error", result.status().to_string()}});
                   });
}

void DefinitionController::pass() {
  for (auto& [name, definition] : catalog_.definitions()) {
    if (busy_.contains(name)) continue;
    if (definition.facts.deleting)
      clean(definition);
    else if (!definition.facts.names_settled)
      settle(definition);
  }
}

void DefinitionController::settle(Definition& definition) {
  NamesInUse in_use;
  for (const auto& [name, other] : catalog_.definitions())
    if (name != definition.facts.name && other.facts.group == definition.facts.group)
      in_use.add(other.facts.accepted);
  // Others that are looked at before this one is written count it in.
  if (in_use.leaves(definition.facts.wanted)) definition.facts.accepted = definition.facts.wanted;
  write(definition.facts.name,
        [in_use](const Object&, const Message& current) -> Result<MessagePtr> {
          MessagePtr next = clone(current);
          settle_names(static_cast<CustomResourceDefinition&>(*next), in_use, now());
          return next;
        });
}

bool DefinitionController::is_cleaned(const Definition& definition) const {
  return definition.caches.empty() || definition.caches.front()->size() == 0;
}

void DefinitionController::clean(Definition& definition) {
  const auto name = definition.facts.name;
  if (!definition.facts.has_cleanup) return;
  if (is_cleaned(definition)) {
    cleaning_.erase(name);
    return finish_cleanup(name);
  }
  auto& watcher = cleaning_[name];
  if (watcher) return;
  const auto cache = definition.caches.front();
  watcher = std::make_shared<Emptied>(registry_.context().loop(), *this);
  (void)cache->watch(watcher, {}, {}, registry_.cache().revision()).ok();
  auto call = std::make_shared<Call>();
  const auto& kind = cache->resource();
  call->info.is_resource = true;
  call->info.verb = "deletecollection";
  call->info.group = kind.group;
  call->info.version = kind.version;
  call->info.resource = kind.plural;
  call->identity = server_identity();
  call->resource = &kind;
  call->as_stored = true;
  call->cache = cache.get();
  call->keep = cache;
  call->admitted = true;
  registry_.remove_collection(std::move(call), [this, name](const Result<Answer>& result) {
    if (!result.ok()) {
      registry_.context().log().warn(
          "objects of a definition that is deleted cannot be removed",
          {{"definition", name}, {"error", result.status().to_string()}});
      cleaning_.erase(name);
    }
    wake();
  });
}

void DefinitionController::finish_cleanup(const std::string& name) {
  write(name, [](const Object&, const Message& current) -> Result<MessagePtr> {
    MessagePtr next = clone(current);
    auto& definition = static_cast<CustomResourceDefinition&>(*next);
    auto& finalizers = *definition.mutable_metadata()->mutable_finalizers();
    finalizers.erase(std::remove(finalizers.begin(), finalizers.end(), kCleanupFinalizer),
                     finalizers.end());
    set_condition(definition, "Terminating", false, "InstanceDeletionCompleted",
                  "removed all instances", now());
    return next;
  });
}

}  // namespace kubus::apiserver
