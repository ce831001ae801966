// Server-side apply: the part of FieldManager that merges a configuration into an object.
#include <k8s/meta/v1/status.pb.h>

#include <boost/json.hpp>
#include <map>

#include "apply/check.h"
#include "apply/compare.h"
#include "apply/field_manager.h"
#include "apply/merge.h"
#include "cache/json_scan.h"
#include "kubus/api/json_value.h"

namespace kubus::apiserver {
namespace {

namespace bj = boost::json;

constexpr std::string_view kBeforeFirstApply = "before-first-apply";
// Whoever applies under this name keeps the annotation of client-side apply.
constexpr std::string_view kKubectl = "kubectl";
constexpr std::size_t kMostAnnotationBytes = 256 * 1024;

// With members in the order of the tree, which for a live object is that of its text.
std::string json_of(const bj::value& value) {
  std::string out;
  append_json(value, out, false);
  return out;
}

// The text of an object without its list of managers.
std::string without_managers(std::string_view json) {
  const auto list = json_at(json, "metadata.managedFields");
  std::string out(json);
  if (list.empty()) return out;
  constexpr std::string_view kName = "\"managedFields\":";
  auto from = static_cast<std::size_t>(list.data() - json.data()) - kName.size();
  auto to = from + kName.size() + list.size();
  if (json[from - 1] == ',')
    --from;
  else if (json[to] == ',')
    ++to;
  return out.erase(from, to - from);
}

// Null where a step is missing or no object.
const bj::value* at_path(const bj::value& value, std::initializer_list<std::string_view> path) {
  const bj::value* at = &value;
  for (const auto step : path) {
    const auto* object = at->if_object();
    at = object ? object->if_contains(step) : nullptr;
    if (!at) return nullptr;
  }
  return at;
}

// The order of members does not count, that of items does.
bool same_value(std::string_view left, std::string_view right) {
  if (left == right) return true;
  bj::value one, other;
  return parse_json(left, one).ok() && parse_json(right, other).ok() && one == other;
}

std::string text_at(const bj::value& value, std::initializer_list<std::string_view> path) {
  const auto* found = at_path(value, path);
  return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::string last_applied(const bj::value& object) {
  return text_at(object, {"metadata", "annotations", kLastApplied});
}

std::string kind_of(const bj::value& object) {
  const auto version = text_at(object, {"apiVersion"});
  const bool grouped = version.empty() || version.find('/') != std::string::npos;
  return (version.empty() ? "/" : (grouped ? "" : "/") + version) +
         ", Kind=" + text_at(object, {"kind"});
}

Status conflict_status(const std::vector<ApplyConflict>& conflicts) {
  meta_v1::StatusDetails details;
  std::string text;
  std::string last;
  for (const auto& conflict : conflicts) {
    auto& cause = *details.add_causes();
    cause.set_reason("FieldManagerConflict");
    cause.set_message("conflict with " + conflict.manager.text());
    cause.set_field(to_string(conflict.path));
    if (const auto id = conflict.manager.id(); id != last) {
      text += (text.empty() ? "" : "\n") + std::string("conflicts with ") +
              conflict.manager.text() + ":";
      last = id;
    }
    text += "\n- " + cause.field();
  }
  std::string message =
      "Apply failed with " + std::to_string(conflicts.size()) + " conflicts: " + text;
  if (conflicts.size() == 1)
    message = "Apply failed with 1 conflict: " + details.causes(0).message() + ": " +
              details.causes(0).field();
  Status status(Code::kConflict, std::move(message));
  status.with_details(details.SerializeAsString());
  return status;
}

// The annotation as kubectl would write it for what is applied now.
void set_last_applied(bj::value& object, const bj::value& config) {
  bj::value copy = config;
  if (auto* metadata = copy.get_object().if_contains("metadata"); metadata && metadata->is_object())
    if (auto* annotations = metadata->get_object().if_contains("annotations");
        annotations && annotations->is_object())
      annotations->get_object().erase(kLastApplied);
  std::string sorted;
  append_json(copy, sorted);
  auto& annotations = object.at("metadata").at("annotations").get_object();
  annotations[kLastApplied] = sorted + "\n";
  std::size_t bytes = 0;
  for (const auto& member : annotations)
    bytes +=
        member.key().size() + (member.value().is_string() ? member.value().get_string().size() : 0);
  if (bytes > kMostAnnotationBytes) annotations.erase(kLastApplied);
}

}  // namespace

// Either what came of it, or who is in the way.
struct FieldManager::Attempt {
  std::string json;
  ManagedFields managed;
  std::vector<ApplyConflict> conflicts;
};

Status FieldManager::check_config(const bj::value& config) const {
  const auto kind = kind_of(config);
  if (kind != kind_.group_version_kind) return {Code::kBadRequest, "invalid object type: " + kind};
  const auto* managed = at_path(config, {"metadata", "managedFields"});
  if (managed && managed->is_array())
    return {Code::kBadRequest, "metadata.managedFields must be nil"};
  return {};
}

Status FieldManager::typed(const bj::value& object, std::string_view what, bool duplicates) const {
  auto status = check_typed(*kind_.type, object, duplicates);
  if (status.ok()) return status;
  const auto ns = text_at(object, {"metadata", "namespace"});
  return status.annotate("failed to create typed " + std::string(what) + " object (" + ns + "/" +
                         text_at(object, {"metadata", "name"}) + "; " + kind_.group_version_kind +
                         ")");
}

// What is left of an object when something is taken out, and what it was, in one version.
struct FieldManager::Pruning {
  const FieldManager* at;
  bj::value whole, left;

  FieldSet named(const FieldSet& fields) const {
    return with_named_fields(fields, *at->kind_.type);
  }
  FieldSet fields_of(const bj::value& value) const {
    return named(field_set_of(*at->kind_.type, json_of(value)));
  }
  void keep(const FieldSet& fields) {
    left = remove_fields(*at->kind_.type, whole,
                         subtract(fields_of(whole), unite(fields_of(left), named(fields))));
  }
  Status move_to(const FieldManager& there, const OtherVersions& others) {
    if (&there == at) return {};
    for (auto* value : {&whole, &left}) {
      const auto text = others.convert(json_of(*value), there.kind_.api_version);
      if (!text.ok()) return text.status();
      bj::value moved(value->storage());
      KUBUS_TRY(parse_json(*text, moved));
      *value = std::move(moved);
    }
    at = &there;
    return {};
  }
};

Result<bj::value> FieldManager::prune(bj::value merged, const ManagedFields& managed,
                                      const ManagedEntry& last, const FieldSet& now,
                                      const OtherVersions* others) const {
  const auto& version = version_of(last, others);
  const bool here = version == kind_.api_version;
  if (here && subtract(last.fields(), now).empty()) return merged;
  const auto* there = here ? this : others->manager(version);
  if (!there) return merged;
  Pruning pruning{this, merged, std::move(merged)};
  if (!here)
    if (auto status = pruning.move_to(*there, *others); !status.ok())
      return status.annotate("failed to convert merged object to last applied version");
  const auto first = pruning.whole;
  const auto doomed = pruning.named(last.fields());
  const auto all = pruning.fields_of(first);
  pruning.left = remove_fields(*there->kind_.type, pruning.whole, doomed);
  std::map<std::string, FieldSet> owned;
  for (const auto& [id, entry] : managed.entries()) {
    auto& fields = owned[version_of(entry, others)];
    fields = unite(std::move(fields), entry.fields());
  }
  // Those of the same version come first: others may need them to be converted.
  if (const auto same = owned.extract(version)) pruning.keep(same.mapped());
  for (const auto& [other, fields] : owned) {
    const auto* next = other == kind_.api_version ? this : others->manager(other);
    if (!next) continue;
    KUBUS_TRY(pruning.move_to(*next, *others));
    pruning.keep(fields);
  }
  if (others) KUBUS_TRY(pruning.move_to(*there, *others));
  // What was never applied stays, also where nobody owns it.
  pruning.left = remove_fields(*there->kind_.type, first,
                               intersect(subtract(all, pruning.fields_of(pruning.left)), doomed));
  if (!here) KUBUS_TRY(pruning.move_to(*this, *others));
  return std::move(pruning.left);
}

// `live` is without managedFields.
Result<FieldManager::Attempt> FieldManager::attempt(std::string_view live,
                                                    const Configuration& config,
                                                    ManagedFields managed,
                                                    const OtherVersions* others,
                                                    const meta_v1::Time& now) const {
  bj::monotonic_resource memory;
  bj::value object(&memory);
  KUBUS_TRY(parse_json(live, object));
  KUBUS_TRY(typed(config.object, "patch", false));
  KUBUS_TRY(typed(object, "live", true));
  const Atom& type = *kind_.type;
  const auto before = json_of(object);
  if (auto merged = merge_config(type, object, config.object); !merged.ok())
    return merged.annotate("failed to merge config");
  const auto writer = manager(config.manager, true);
  const auto id = writer.id();
  auto applied = subtract_trees(field_set_of(type, json_of(config.object)), kind_.not_owned);
  ManagedEntry own(writer, owned_of(applied));
  const auto encoded = own.encoded();
  if (const auto* known = managed.find(id)) {
    if (known->time()) own.set_time(*known->time());
    const bool same =
        known->encoded() == encoded && version_of(*known, others) == kind_.api_version;
    const auto last = same ? ManagedEntry(writer, FieldSet()) : *known;
    managed.put(ManagedEntry(writer, applied));
    auto pruned = prune(std::move(object), managed, last, applied, others);
    if (!pruned.ok()) return pruned.status();
    object = std::move(*pruned);
  }
  managed.put(std::move(own));

  Attempt result{json_of(object), {}, {}};
  auto changes = compare(type, before, result.json);
  const bool changed = !changes.same() || !same_value(before, result.json);
  const auto set =
      subtract_trees(unite(std::move(changes.added), std::move(changes.modified)), kind_.not_owned);
  const auto elsewhere = changes_elsewhere({before, result.json, others}, id, managed);
  if (!elsewhere.ok()) return elsewhere.status();
  for (const auto& [other, entry] : managed.entries()) {
    const auto there = elsewhere->find(version_of(entry, others));
    const auto& taken = there == elsewhere->end() ? set : there->second.set;
    if (other == id || config.force || !entry.owns_any(taken)) continue;
    intersect(entry.fields(), taken).for_each([&, &entry = entry](const ElementPath& path) {
      result.conflicts.push_back({entry.manager(), path});
    });
  }
  if (!result.conflicts.empty()) return result;
  for (const auto& [version, there] : *elsewhere) {
    managed.take_away(there.set, id, version);
    managed.take_away(there.gone, id, version);
  }
  const std::string_view own_version = others ? kind_.api_version : std::string_view();
  managed.take_away(set, id, own_version);
  managed.take_away(subtract_trees(std::move(changes.removed), kind_.not_owned), id, own_version);
  auto* entry = managed.find(id);
  if (changed) entry->set_time(now);
  if (entry->empty()) managed.erase(id);
  result.managed = std::move(managed);
  return result;
}

// What client-side apply wrote last and nobody has changed since.
Result<FieldSet> FieldManager::last_applied_fields(std::string_view live) const {
  bj::value object, current;
  KUBUS_TRY(parse_json(live, current));
  const auto text = last_applied(current);
  if (text.empty()) return Status(Code::kNotFound, "no last applied annotation");
  KUBUS_TRY(parse_json(text, object));
  if (text_at(object, {"apiVersion"}) != kind_.api_version)
    return Status(Code::kBadRequest, "last applied in another version");
  KUBUS_TRY(check_typed(*kind_.type, object, false));
  std::string applied, stored;
  append_json(object, applied);
  append_json(current, stored);
  const auto changes = compare(*kind_.type, applied, stored);
  auto fields = field_set_of(*kind_.type, applied);
  for (const auto* changed : {&changes.modified, &changes.added, &changes.removed})
    fields = subtract(std::move(fields), *changed);
  return fields;
}

Status FieldManager::keep_last_applied(Attempt& attempt, const Configuration& config) const {
  if (config.manager != kKubectl) return {};
  bj::value object;
  KUBUS_TRY(parse_json(attempt.json, object));
  if (last_applied(object).empty()) return {};
  set_last_applied(object, config.object);
  attempt.json = json_of(object);
  return {};
}

Result<FieldManager::Applied> FieldManager::apply(const Live& live, const Configuration& config,
                                                  const meta_v1::Time& now) const {
  auto decoded = ManagedFields::decode(live.metadata.managedfields(), true);
  if (!decoded.ok())
    return Status(Code::kUnknown, "failed to decode managed fields: " + decoded.status().message());
  auto managed = std::move(*decoded);
  KUBUS_TRY(check_config(config.object));
  reconcile(managed, live.others);
  const auto before = without_managers(live.json);
  if (managed.empty())
    KUBUS_TRY(record({kind_.empty_json, before}, manager(std::string(kBeforeFirstApply), false),
                     now, managed));

  auto result = attempt(before, config, managed, live.others, now);
  if (!result.ok()) return result.status();
  if (!result->conflicts.empty() && config.manager == kKubectl) {
    if (const auto allowed = last_applied_fields(before); allowed.ok()) {
      std::erase_if(result->conflicts,
                    [&](const ApplyConflict& conflict) { return allowed->has(conflict.path); });
      const Configuration forced{config.object, config.manager, true};
      if (result->conflicts.empty()) result = attempt(before, forced, managed, live.others, now);
      if (!result.ok()) return result.status();
    }
  }
  if (!result->conflicts.empty()) return conflict_status(result->conflicts);
  KUBUS_TRY(keep_last_applied(*result, config));
  Applied applied{std::move(result->json), {}};
  result->managed.encode(applied.managed);
  return applied;
}

}  // namespace kubus::apiserver
