#include "apply/field_manager.h"

#include <k8s/meta/v1/object_meta.pb.h>

#include <boost/json/object.hpp>

#include "apply/compare.h"
#include "apply/fields_v1.h"

namespace kubus::apiserver {
namespace {

PathElement field(std::string_view name) { return {ElementKind::kField, std::string(name)}; }

// Nobody owns these: they are the server's, or name the object.
const FieldSet& never_owned() {
  static const FieldSet& fields = *[] {
    auto* all = new FieldSet;
    for (const char* name : {"apiVersion", "kind", "metadata"})
      all->insert(ElementPath{field(name)});
    for (const char* name : {"name", "namespace", "creationTimestamp", "selfLink", "uid",
                             "clusterName", "generation", "managedFields", "resourceVersion"})
      all->insert(ElementPath{field("metadata"), field(name)});
    return all;
  }();
  return fields;
}

bool is_empty_entry(const meta_v1::ManagedFieldsEntry& entry) { return entry.ByteSizeLong() == 0; }

bool same_entries(const EncodedManagers& a, const EncodedManagers& b) {
  if (a.size() != b.size()) return false;
  for (int i = 0; i < a.size(); ++i)
    if (a[i].SerializeAsString() != b[i].SerializeAsString()) return false;
  return true;
}

ManagedFields decoded_or_none(const EncodedManagers& entries) {
  auto managed = ManagedFields::decode(entries, true);
  return managed.ok() ? std::move(*managed) : ManagedFields();
}

// What the client sent counts, unless it knows nothing of owners or has them wrong.
ManagedFields choose(const EncodedManagers& live, const EncodedManagers& sent, bool resets,
                     bool subresource) {
  if (subresource) return decoded_or_none(live);
  if (resets || (sent.size() == 1 && is_empty_entry(sent[0]))) return {};
  if (sent.empty() || same_entries(live, sent)) return decoded_or_none(live);
  auto managed = ManagedFields::decode(sent, false);
  return managed.ok() ? std::move(*managed) : decoded_or_none(live);
}

}  // namespace

Manager FieldManager::manager(std::string name, bool applies) const {
  if (name.empty()) name = "unknown";
  return {std::move(name), applies, kind_.api_version, kind_.subresource};
}

FieldSet FieldManager::owned_of(FieldSet fields) const {
  return subtract(subtract_trees(std::move(fields), kind_.not_owned), never_owned());
}

const std::string& FieldManager::version_of(const ManagedEntry& entry,
                                            const OtherVersions* others) const {
  return others ? entry.manager().api_version : kind_.api_version;
}

Result<std::map<std::string, FieldManager::FieldChanges>> FieldManager::changes_elsewhere(
    const Change& change, const std::string& except, ManagedFields& managed) const {
  std::map<std::string, FieldChanges> all;
  if (!change.others) return all;
  for (const auto& [id, entry] : managed.entries())
    if (const auto& version = entry.manager().api_version;
        id != except && version != kind_.api_version)
      all[version];
  for (auto at = all.begin(); at != all.end();) {
    const auto* there = change.others->manager(at->first);
    if (!there) {
      managed.forget(at->first, except);
      at = all.erase(at);
      continue;
    }
    const auto before = change.others->convert(change.before, at->first);
    if (!before.ok()) return before.status().annotate("failed to convert old object");
    const auto after = change.others->convert(change.after, at->first);
    if (!after.ok()) return after.status().annotate("failed to convert new object");
    auto changes = compare(*there->kind_.type, *before, *after);
    at->second.set = unite(std::move(changes.added), std::move(changes.modified));
    at->second.gone = std::move(changes.removed);
    ++at;
  }
  return all;
}

void FieldManager::reconcile(ManagedFields& managed, const OtherVersions* others) const {
  managed.reconcile([&](const ManagedEntry& entry) -> const Atom* {
    const auto& version = version_of(entry, others);
    if (version == kind_.api_version) return kind_.type;
    const auto* there = others->manager(version);
    return there ? there->kind_.type : nullptr;
  });
}

Status FieldManager::record(const Change& change, const Manager& writer, const meta_v1::Time& now,
                            ManagedFields& managed) const {
  auto changes = compare(*kind_.type, change.before, change.after);
  auto set =
      subtract_trees(unite(std::move(changes.added), std::move(changes.modified)), kind_.not_owned);
  const auto gone = subtract_trees(std::move(changes.removed), kind_.not_owned);
  const auto id = writer.id();
  const auto elsewhere = changes_elsewhere(change, id, managed);
  if (!elsewhere.ok()) return elsewhere.status();
  for (const auto& [version, there] : *elsewhere) {
    managed.take_away(there.set, id, version);
    managed.take_away(there.gone, id, version);
  }
  const std::string_view own = change.others ? kind_.api_version : std::string_view();
  managed.take_away(set, id, own);
  managed.take_away(gone, {}, own);
  if (auto owned = owned_of(std::move(set)); !owned.empty())
    managed.give(writer, std::move(owned), now);
  managed.cap_updaters();
  return {};
}

Status FieldManager::update(const Live& live, std::string_view json, const EncodedManagers& sent,
                          bool resets, const std::string& name, const meta_v1::Time& now,
                          EncodedManagers& out) const {
  auto managed = choose(live.metadata.managedfields(), sent, resets, !kind_.subresource.empty());
  reconcile(managed, live.others);
  // What nobody has ever kept track of is not begun with in the middle.
  if (!managed.empty() || !live.exists)
    KUBUS_TRY(record({live.json, json, live.others}, manager(name, false), now, managed));
  managed.encode(out);
  return {};
}

}  // namespace kubus::apiserver
