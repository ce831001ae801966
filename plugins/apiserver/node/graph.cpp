#include "node/graph.h"

#include <google/protobuf/message.h>

#include "cache/json_scan.h"

namespace kubus::apiserver::node {
namespace {

std::string place_of(const Object& object) {
  return std::string(object.ns()) + "/" + std::string(object.name());
}

}  // namespace

class Graph::PodWatcher final : public Watcher {
 public:
  explicit PodWatcher(Graph& graph) : graph_(graph) {}
  void on_event(EventType type, const ObjectPtr& object) override {
    if (type == EventType::kDeleted) return graph_.remove_pod(place_of(*object));
    graph_.put_pod(*object);
  }
  void on_bookmark(std::int64_t, bool) override {}
  void on_end(const Status&) override {}

 private:
  Graph& graph_;
};

class Graph::VolumeWatcher final : public Watcher {
 public:
  explicit VolumeWatcher(Graph& graph) : graph_(graph) {}
  void on_event(EventType type, const ObjectPtr& object) override {
    if (type == EventType::kDeleted) return graph_.remove_volume(std::string(object->name()));
    graph_.put_volume(*object);
  }
  void on_bookmark(std::int64_t, bool) override {}
  void on_end(const Status&) override {}

 private:
  Graph& graph_;
};

Graph::Graph(ClusterCache& cache) : cache_(cache) {}
Graph::~Graph() = default;

void Graph::start() {
  WatchStart from_state;
  from_state.from = WatchStart::From::kState;
  watchers_ = {std::make_shared<PodWatcher>(*this), std::make_shared<VolumeWatcher>(*this)};
  // From the present state a watch always begins.
  (void)cache_.find("", "pods")->watch(watchers_[0], {}, from_state, cache_.revision()).ok();
  (void)cache_.find("", "persistentvolumes")
      ->watch(watchers_[1], {}, from_state, cache_.revision())
      .ok();
}

void Graph::put_pod(const Object& object) {
  const auto key = place_of(object);
  Pod pod;
  pod.node = object.field("spec.nodeName");
  if (pod.node.empty()) return remove_pod(key);
  pod.version = std::string(object.uid()) + " " + object.field("metadata.generation") + " " +
                std::string(json_at(object.json().view(), "status.resourceClaimStatuses"));
  {
    // Most changes are reports of its state.
    std::shared_lock lock(mutex_);
    const auto known = pods_.find(key);
    if (known != pods_.end() && known->second.version == pod.version &&
        known->second.node == pod.node)
      return;
  }
  pod.references = references_of(static_cast<const core_v1::Pod&>(*object.decode()));
  std::unique_lock lock(mutex_);
  erase_pod(key);
  for (const auto& reference : pod.references) ++nodes_[reference][pod.node];
  pods_.emplace(key, std::move(pod));
}

void Graph::remove_pod(const std::string& key) {
  std::unique_lock lock(mutex_);
  erase_pod(key);
}

void Graph::erase_pod(const std::string& key) {
  const auto found = pods_.find(key);
  if (found == pods_.end()) return;
  for (const auto& reference : found->second.references) {
    const auto nodes = nodes_.find(reference);
    if (--nodes->second[found->second.node] == 0) nodes->second.erase(found->second.node);
    if (nodes->second.empty()) nodes_.erase(nodes);
  }
  pods_.erase(found);
}

void Graph::put_volume(const Object& object) {
  const std::string name(object.name());
  auto secrets = references_of(static_cast<const core_v1::PersistentVolume&>(*object.decode()));
  std::unique_lock lock(mutex_);
  erase_volume(name);
  if (secrets.empty()) return;
  for (const auto& secret : secrets) volumes_[secret].insert(name);
  secrets_.emplace(name, std::move(secrets));
}

void Graph::remove_volume(const std::string& name) {
  std::unique_lock lock(mutex_);
  erase_volume(name);
}

void Graph::erase_volume(const std::string& name) {
  const auto found = secrets_.find(name);
  if (found == secrets_.end()) return;
  for (const auto& secret : found->second) {
    const auto volumes = volumes_.find(secret);
    volumes->second.erase(name);
    if (volumes->second.empty()) volumes_.erase(volumes);
  }
  secrets_.erase(found);
}

bool Graph::has(const std::string& node, const Reference& object) const {
  const auto nodes = nodes_.find(object);
  return nodes != nodes_.end() && nodes->second.contains(node);
}

bool Graph::needs(const std::string& node, const Reference& object) {
  std::call_once(started_, [this] { start(); });
  std::set<std::string> volumes;
  {
    std::shared_lock lock(mutex_);
    if (has(node, object)) return true;
    if (const auto found = volumes_.find(object); found != volumes_.end()) volumes = found->second;
  }
  for (const auto& volume : volumes)
    if (needs_volume(node, volume)) return true;
  return false;
}

bool Graph::needs_volume(const std::string& node, const std::string& volume) {
  const auto object = cache_.find("", "persistentvolumes")->get(volume);
  if (!object) return false;
  return needs(node, {Kind::kVolumeClaim, object->field("spec.claimRef.namespace"),
                      object->field("spec.claimRef.name")});
}

}  // namespace kubus::apiserver::node
