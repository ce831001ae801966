#include "collector.h"

#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

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
  for (const ResourceInfo* info : kinds) follow(built_in_kind(*info));
  custom_.emplace(
      context_,
      [this](const Kind& kind, bool served) {
        if (!served) return forget(kind);
        if (!begun_) unsynced_.insert(kind->group_resource());
        follow(kind);
      },
      [this] { synced(kDefinitions); });
}

void Collector::follow(const Kind& kind) {
  FeedListener listener;
  listener.begin = [this, kind] {
    followed_.at(kind).listed.clear();
    followed_.at(kind).complete = false;
  };
  listener.put = [this, kind](const Message& object) { put(kind, object); };
  listener.erase = [this](const Message& object) { remove(uid_of(object)); };
  listener.listed = [this, kind] {
    keep_listed(kind);
    synced(kind->group_resource());
  };
  followed_[kind].feed = follow_objects(context_, kind, std::move(listener));
}

// Its objects went with it, whether or not their deletion has been heard of.
void Collector::forget(const Kind& kind) {
  if (!followed_.contains(kind)) return;
  followed_.at(kind).feed.reset();
  followed_.at(kind).listed.clear();
  keep_listed(kind);
  followed_.erase(kind);
  if (unsynced_.contains(kind->group_resource())) synced(kind->group_resource());
}

void Collector::put(const Kind& kind, const Message& object) {
  Node node = node_of(kind, object);
  if (node.uid.empty()) return;
  auto& followed = followed_.at(kind);
  if (!followed.complete) followed.listed.insert(node.uid);
  Raised raised;
  {
    std::lock_guard lock(mutex_);
    raised = graph_.set(std::move(node));
  }
  if (!raised.foreign.empty()) warn(kind, object, raised.foreign);
  raise(raised);
}

void Collector::remove(const std::string& uid) {
  Raised raised;
  {
    std::lock_guard lock(mutex_);
    raised = graph_.remove(uid);
  }
  raise(raised);
}

// What the list that is complete now does not have is gone.
void Collector::keep_listed(const Kind& kind) {
  auto& followed = followed_.at(kind);
  std::vector<std::string> known;
  {
    std::lock_guard lock(mutex_);
    known = graph_.of_kind(kind);
  }
  for (const std::string& uid : known)
    if (!followed.listed.contains(uid)) remove(uid);
  followed.listed = {};
  followed.complete = true;
}

void Collector::warn(const Kind& kind, const Message& object,
                     const std::vector<OwnerRef>& foreign) {
  // The event names the kind, which the type of the message tells.
  const auto about = new_message(*kind);
  *metadata_of(*about) = *metadata_of(object);
  const std::string ns = key_of(object).ns;
  for (const OwnerRef& ref : foreign)
    events_.warning(*about, "OwnerRefInvalidNamespace",
                    "ownerRef [" + ref.api_version + "/" + ref.kind + ", namespace: " + ns +
                        ", name: " + ref.name + ", uid: " + ref.uid +
                        "] does not exist in namespace \"" + ns + "\"");
}

void Collector::raise(const Raised& raised) {
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
