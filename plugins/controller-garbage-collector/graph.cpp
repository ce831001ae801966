#include "graph.h"

#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>

namespace kubus::gc {

namespace {

bool blocks(const Node& node, const std::string& owner) {
  return std::any_of(node.owners.begin(), node.owners.end(),
                     [&](const OwnerRef& ref) { return ref.block && ref.uid == owner; });
}

std::string_view group_of(std::string_view api_version) {
  const auto slash = api_version.find('/');
  return slash == std::string_view::npos ? std::string_view() : api_version.substr(0, slash);
}

}  // namespace

Node node_of(const Kind& resource, const Message& object) {
  Node node;
  node.resource = resource;
  node.key = key_of(object);
  node.uid = uid_of(object);
  node.deleting = is_deleting(object);
  const meta_v1::ObjectMeta* metadata = metadata_of(object);
  if (!metadata) return node;
  for (const auto& ref : metadata->ownerreferences())
    node.owners.push_back(
        {ref.apiversion(), ref.kind(), ref.name(), ref.uid(), ref.blockownerdeletion()});
  for (const auto& finalizer : metadata->finalizers()) {
    node.foreground = node.foreground || finalizer == "foregroundDeletion";
    node.orphan = node.orphan || finalizer == "orphan";
  }
  return node;
}

Graph::Relation Graph::relation(const Node& dependent, const OwnerRef& ref) const {
  const Node* owner = find(ref.uid);
  if (!owner) return Relation::kAbsent;
  if (!owner->key.ns.empty() && owner->key.ns != dependent.key.ns) return Relation::kForeign;
  const bool same = owner->key.name == ref.name && owner->resource->kind == ref.kind &&
                    owner->resource->group == group_of(ref.api_version);
  return same ? Relation::kPresent : Relation::kAbsent;
}

bool Graph::is_suspect(const Node& node) const {
  if (node.waits_for_dependents() || node.orphans_dependents()) return true;
  if (node.deleting) return false;
  return std::any_of(node.owners.begin(), node.owners.end(), [&](const OwnerRef& ref) {
    return relation(node, ref) != Relation::kPresent || find(ref.uid)->waits_for_dependents();
  });
}

void Graph::unlink(const Node& node) {
  for (const OwnerRef& ref : node.owners) {
    auto it = dependents_.find(ref.uid);
    if (it == dependents_.end()) continue;
    it->second.erase(node.uid);
    if (it->second.empty()) dependents_.erase(it);
  }
}

Raised Graph::set(Node node) {
  Raised raised;
  const auto it = nodes_.find(node.uid);
  const bool known = it != nodes_.end();
  Node old;
  if (known) {
    old = std::move(it->second);
    unlink(old);
  }
  for (const OwnerRef& ref : node.owners) dependents_[ref.uid].insert(node.uid);
  const std::string uid = node.uid;
  const Node& now = nodes_[uid] = std::move(node);

  for (const OwnerRef& ref : now.owners)
    if (relation(now, ref) == Relation::kForeign &&
        std::find(old.owners.begin(), old.owners.end(), ref) == old.owners.end())
      raised.foreign.push_back(ref);
  const bool starts_waiting = now.waits_for_dependents() && !old.waits_for_dependents();
  const bool changed = !known || old.owners != now.owners || old.deleting != now.deleting ||
                       starts_waiting || old.orphan != now.orphan;
  if (changed && is_suspect(now)) raised.look_at.insert(uid);
  if (starts_waiting) raised.look_at.merge(dependents(uid));
  for (const OwnerRef& ref : old.owners) {
    const Node* owner = find(ref.uid);
    if (ref.block && owner && owner->waits_for_dependents() && !blocks(now, ref.uid))
      raised.look_at.insert(ref.uid);
  }
  return raised;
}

Raised Graph::remove(const std::string& uid) {
  Raised raised;
  const auto it = nodes_.find(uid);
  if (it == nodes_.end()) return raised;
  const Node gone = std::move(it->second);
  nodes_.erase(it);
  unlink(gone);
  raised.look_at = dependents(uid);
  for (const OwnerRef& ref : gone.owners)
    if (const Node* owner = find(ref.uid); owner && owner->waits_for_dependents())
      raised.look_at.insert(ref.uid);
  return raised;
}

const Node* Graph::find(const std::string& uid) const {
  const auto it = nodes_.find(uid);
  return it == nodes_.end() ? nullptr : &it->second;
}

std::set<std::string> Graph::dependents(const std::string& uid) const {
  const auto it = dependents_.find(uid);
  return it == dependents_.end() ? std::set<std::string>() : it->second;
}

std::set<std::string> Graph::blocking(const std::string& uid) const {
  std::set<std::string> out;
  for (const std::string& dependent : dependents(uid))
    if (const Node* node = find(dependent); node && blocks(*node, uid)) out.insert(dependent);
  return out;
}

std::vector<std::string> Graph::of_kind(const Kind& kind) const {
  std::vector<std::string> uids;
  for (const auto& [uid, node] : nodes_)
    if (node.resource == kind) uids.push_back(uid);
  return uids;
}

std::set<std::string> Graph::suspects() const {
  std::set<std::string> out;
  for (const auto& [uid, node] : nodes_)
    if (is_suspect(node)) out.insert(uid);
  return out;
}

}  // namespace kubus::gc
