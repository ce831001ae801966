#include "collector.h"

#include <k8s/meta/v1/partial_object_metadata.pb.h>

#include <algorithm>
#include <set>

#include "kubus/context.h"

namespace kubus::gc {

namespace {

constexpr std::size_t kWorkers = 8;
constexpr std::size_t kAbsentOwners = 500;
// How long the first lists are waited for; then it goes on with the kinds that are there.
constexpr std::chrono::seconds kPatience{30};

// Stands for the definitions of custom kinds among the kinds that are listed first.
constexpr char kDefinitions[] = "custom kinds";

bool is_collected(const ResourceInfo& info) {
  return info.message && info.list && info.plural != "events" && info.has_verb("list") &&
         info.has_verb("watch") && info.has_verb("delete");
}

// Of definitions, which are large, the metadata alone is read: nobody else in this process has a cache
// of them to share.
Kind followed_kind(const ResourceInfo& info) {
  if (info.plural != "customresourcedefinitions") return built_in_kind(info);
  auto kind = std::make_shared<ResourceInfo>(info);
  kind->message = meta_v1::PartialObjectMetadata::descriptor();
  kind->list = meta_v1::PartialObjectMetadataList::descriptor();
  return kind;
}

bool not_found(const Status& status) { return status.code() == Code::kNotFound; }

}  // namespace

Collector::Collector(Context& context)
    : context_(context),
      live_(context),
      events_(context, "garbage-collector-controller"),
      absent_(kAbsentOwners),
      queue_(context, "garbage-collector", kWorkers,
             [this](const std::string& uid) { return work(uid); }) {}

void Collector::start() {
  std::vector<const ResourceInfo*> kinds = newest_resources();
  std::erase_if(kinds, [](const ResourceInfo* info) { return !is_collected(*info); });
  for (const ResourceInfo* info : kinds) unsynced_.insert(info->group_resource());
  unsynced_.insert(kDefinitions);
  patience_ = context_.loop().after(kPatience, [this] { begin(); });
  for (const ResourceInfo* info : kinds) {
    const auto kind = followed_kind(*info);
    follow(kind, custom_cache(context_, kind));
  }
  custom_.emplace(
      context_,
      [this](const Kind& kind, bool served) {
        if (!served) return forget(kind);
        if (!begun_) unsynced_.insert(kind->group_resource());
        follow(kind, custom_cache(context_, kind));
      },
      [this] { synced(kDefinitions); });
}

void Collector::follow(const Kind& kind, std::shared_ptr<ObjectCache> cache) {
  auto subscription = cache->subscribe(
      context_, [this, kind](const ObjectPtr& old, const ObjectPtr& now) { changed(kind, old, now); },
      [this, kind] { synced(kind->group_resource()); });
  followed_[kind] = {std::move(cache), std::move(subscription)};
}

// Its objects went with it, whether or not their deletion has been heard of.
void Collector::forget(const Kind& kind) {
  const auto found = followed_.find(kind);
  if (found == followed_.end()) return;
  found->second.subscription.reset();
  for (const ObjectPtr& object : found->second.cache->list({})) changed(kind, object, nullptr);
  followed_.erase(found);
  if (unsynced_.contains(kind->group_resource())) synced(kind->group_resource());
}

void Collector::changed(const Kind& kind, const ObjectPtr& old, const ObjectPtr& now) {
  if (old && (!now || uid_of(*old) != uid_of(*now))) {
    Raised raised;
    {
      std::lock_guard lock(mutex_);
      raised = graph_.remove(uid_of(*old));
    }
    raise(raised, nullptr);
  }
  if (!now) return;
  Node node = node_of(kind, *now);
  if (node.uid.empty()) return;
  Raised raised;
  {
    std::lock_guard lock(mutex_);
    raised = graph_.set(std::move(node));
  }
  raise(raised, now.get());
}

void Collector::raise(const Raised& raised, const Message* about) {
  for (const OwnerRef& ref : raised.foreign) {
    const std::string ns = key_of(*about).ns;
    events_.warning(*about, "OwnerRefInvalidNamespace",
                    "ownerRef [" + ref.api_version + "/" + ref.kind + ", namespace: " + ns +
                        ", name: " + ref.name + ", uid: " + ref.uid +
                        "] does not exist in namespace \"" + ns + "\"");
  }
  // Before everything is listed, an owner that is not there says little.
  if (!begun_) return;
  for (const std::string& uid : raised.look_at) queue_.add(uid);
}

void Collector::synced(const std::string& kind) {
  const bool awaited = unsynced_.erase(kind) > 0;
  if (begun_ && awaited)
    context_.log().info("kind listed late", {{"kind", kind}});
  else if (unsynced_.empty())
    begin();
}

void Collector::begin() {
  if (std::exchange(begun_, true)) return;
  patience_.reset();
  std::set<std::string> suspects;
  std::size_t size = 0;
  {
    std::lock_guard lock(mutex_);
    suspects = graph_.suspects();
    size = graph_.size();
  }
  std::string missing;
  for (const std::string& kind : unsynced_) missing += (missing.empty() ? "" : ", ") + kind;
  if (missing.empty())
    context_.log().info("graph complete", {{"objects", size}, {"suspects", suspects.size()}});
  else
    context_.log().warn("goes on without the kinds that cannot be listed",
                        {{"kinds", missing}, {"objects", size}, {"suspects", suspects.size()}});
  for (const std::string& uid : suspects) queue_.add(uid);
}

std::optional<Node> Collector::snapshot(const std::string& uid) const {
  std::lock_guard lock(mutex_);
  const Node* node = graph_.find(uid);
  return node ? std::optional<Node>(*node) : std::nullopt;
}

Outcome Collector::work(const std::string& uid) {
  const std::optional<Node> node = snapshot(uid);
  if (!node) return Outcome::done();
  if (node->orphans_dependents()) return orphan(*node);
  if (node->waits_for_dependents()) return foreground(*node);
  if (node->deleting) return Outcome::done();
  return collect(*node);
}

// Whichever version the reference names, the object is the same.
Kind Collector::kind_of(const OwnerRef& ref) const {
  const std::string_view text = ref.api_version;
  const auto slash = text.find('/');
  const auto group = slash == std::string_view::npos ? std::string_view() : text.substr(0, slash);
  const auto version = slash == std::string_view::npos ? text : text.substr(slash + 1);
  if (const auto* kind = find_kind(group, version, ref.kind))
    return built_in_kind(newest_version(*kind));
  return custom_->find(group, ref.kind);
}

Result<Collector::OwnerState> Collector::owner_state(const Node& dependent, const OwnerRef& ref) {
  const std::string key =
      dependent.key.ns + "/" + ref.api_version + "/" + ref.kind + "/" + ref.name + "/" + ref.uid;
  if (absent_.contains(key)) return OwnerState::kDangling;
  const Kind kind = kind_of(ref);
  // Nothing is known about owners of such a kind, so they count as there. The same goes for what
  // cannot be asked for: an owner in a namespace that the reference does not name.
  if (!kind || (kind->namespaced && dependent.key.ns.empty())) return OwnerState::kSolid;
  auto owner = live_.get(kind, {kind->namespaced ? dependent.key.ns : std::string(), ref.name});
  if (!owner.ok() && !not_found(owner.status())) return owner.status();
  if (!owner.ok() || owner->node.uid != ref.uid) {
    absent_.add(key);
    return OwnerState::kDangling;
  }
  return owner->node.waits_for_dependents() ? OwnerState::kWaiting : OwnerState::kSolid;
}

Status Collector::collect(const Node& node) {
  auto live = live_.get(node.resource, node.key);
  if (!live.ok()) return not_found(live.status()) ? Status() : live.status();
  const Node& now = live->node;
  if (now.uid != node.uid || now.deleting || now.owners.empty()) return {};

  std::set<std::string> solid;
  bool waiting = false;
  for (const OwnerRef& ref : now.owners) {
    auto state = owner_state(now, ref);
    if (!state.ok()) return state.status();
    if (*state == OwnerState::kSolid) solid.insert(ref.uid);
    waiting = waiting || *state == OwnerState::kWaiting;
  }
  Status status;
  if (!solid.empty()) {
    const auto stays = [&](const OwnerRef& ref) { return solid.contains(ref.uid); };
    if (std::all_of(now.owners.begin(), now.owners.end(), stays)) return {};
    status = live_.set_owners(*live, stays, false);
    return not_found(status) ? Status() : status;
  }
  bool has_dependents = false;
  bool circle = false;
  {
    std::lock_guard lock(mutex_);
    for (const std::string& uid : graph_.dependents(node.uid)) {
      const Node* dependent = graph_.find(uid);
      has_dependents = true;
      circle = circle || (dependent && dependent->waits_for_dependents());
    }
  }
  if (waiting && has_dependents) {
    // Two that wait for each other would wait for ever.
    const auto all = [](const OwnerRef&) { return true; };
    const auto blocks = [](const OwnerRef& ref) { return ref.block; };
    if (circle && std::any_of(now.owners.begin(), now.owners.end(), blocks)) {
      if (Status s = live_.set_owners(*live, all, true); !s.ok()) return s;
      live = live_.get(node.resource, node.key);
      if (!live.ok()) return not_found(live.status()) ? Status() : live.status();
    }
    status = live_.remove(*live, "Foreground");
  } else {
    status = live_.remove(*live, now.orphan       ? "Orphan"
                                 : now.foreground ? "Foreground"
                                                  : "Background");
  }
  return not_found(status) ? Status() : status;
}

Status Collector::foreground(const Node& node) {
  std::set<std::string> blocking;
  std::set<std::string> next;
  {
    std::lock_guard lock(mutex_);
    blocking = graph_.blocking(node.uid);
    for (const std::string& uid : blocking)
      if (!graph_.find(uid)->deleting) next.insert(uid);
  }
  if (blocking.empty()) return drop_finalizer(node, "foregroundDeletion");
  for (const std::string& uid : next) queue_.add(uid);
  return {};
}

Status Collector::orphan(const Node& node) {
  std::vector<Node> dependents;
  {
    std::lock_guard lock(mutex_);
    for (const std::string& uid : graph_.dependents(node.uid))
      if (const Node* dependent = graph_.find(uid)) dependents.push_back(*dependent);
  }
  const auto stays = [&](const OwnerRef& ref) { return ref.uid != node.uid; };
  Status first;
  for (const Node& dependent : dependents) {
    auto live = live_.get(dependent.resource, dependent.key);
    Status status = live.status();
    if (live.ok()) {
      const auto& owners = live->node.owners;
      if (live->node.uid != dependent.uid || std::all_of(owners.begin(), owners.end(), stays))
        continue;
      status = live_.set_owners(*live, stays, false);
    }
    if (!status.ok() && !not_found(status) && first.ok()) first = status;
  }
  if (!first.ok()) return first;
  return drop_finalizer(node, "orphan");
}

Status Collector::drop_finalizer(const Node& node, std::string_view finalizer) {
  auto live = live_.get(node.resource, node.key);
  if (!live.ok()) return not_found(live.status()) ? Status() : live.status();
  if (live->node.uid != node.uid || !live->node.deleting) return {};
  std::vector<std::string> kept;
  for (const std::string& name : live->finalizers)
    if (name != finalizer) kept.push_back(name);
  if (kept.size() == live->finalizers.size()) return {};
  const Status status = live_.set_finalizers(*live, kept);
  return not_found(status) ? Status() : status;
}

}  // namespace kubus::gc
