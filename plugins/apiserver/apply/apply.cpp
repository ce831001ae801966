// Server-side apply: the part of FieldManager that merges a configuration into an object.
#include <k8s/meta/v1/status.pb.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "apply/check.h"
#include "apply/compare.h"
#include "apply/field_manager.h"
#include "apply/merge.h"
#include "kubus/api/json_value.h"

namespace kubus::apiserver {
namespace {

namespace bj = boost::json;

constexpr std::string_view kBeforeFirstApply = "before-first-apply";
// Whoever applies under this name keeps the annotation of client-side apply.
constexpr std::string_view kKubectl = "kubectl";
constexpr std::size_t kMostAnnotationBytes = 256 * 1024;

std::string sorted_json(const bj::value& value) {
  std::string out;
  append_json(value, out);
  return out;
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
void keep_last_applied(bj::value& object, const bj::value& config) {
  bj::value copy = config;
  if (auto* metadata = copy.get_object().if_contains("metadata"); metadata && metadata->is_object())
    if (auto* annotations = metadata->get_object().if_contains("annotations");
        annotations && annotations->is_object())
      annotations->get_object().erase(kLastApplied);
  auto& annotations = object.at("metadata").at("annotations").get_object();
  annotations[kLastApplied] = sorted_json(copy) + "\n";
  std::size_t bytes = 0;
  for (const auto& member : annotations)
    bytes +=
        member.key().size() + (member.value().is_string() ? member.value().get_string().size() : 0);
  if (bytes > kMostAnnotationBytes) annotations.erase(kLastApplied);
}

}  // namespace

// Either what came of it, or who is in the way.
struct FieldManager::Attempt {
  bj::value object;
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

bj::value FieldManager::prune(const bj::value& merged, const ManagedFields& managed,
                              const FieldSet& last, const FieldSet& now) const {
  if (subtract(last, now).empty()) return merged;
  const Atom& type = *kind_.type;
  const auto named = [&](const FieldSet& fields) { return with_named_fields(fields, type); };
  const auto doomed = named(last);
  auto pruned = remove_fields(type, merged, doomed);
  FieldSet owned;
  for (const auto& [id, entry] : managed.entries()) owned = unite(owned, entry.fields());
  const auto all = named(field_set_of(type, sorted_json(merged)));
  const auto left = named(field_set_of(type, sorted_json(pruned)));
  pruned = remove_fields(type, merged, subtract(all, unite(left, named(owned))));
  // What was never applied stays, also where nobody owns it.
  const auto kept = named(field_set_of(type, sorted_json(pruned)));
  return remove_fields(type, merged, intersect(subtract(all, kept), doomed));
}

Result<FieldManager::Attempt> FieldManager::attempt(const bj::value& live,
                                                    const Configuration& config,
                                                    ManagedFields managed,
                                                    const meta_v1::Time& now) const {
  KUBUS_TRY(typed(config.object, "patch", false));
  KUBUS_TRY(typed(live, "live", true));
  const Atom& type = *kind_.type;
  auto merged = merge_config(type, live, config.object);
  if (!merged.ok()) return merged.status().annotate("failed to merge config");
  const auto writer = manager(config.manager, true);
  const auto id = writer.id();
  const auto* known = managed.find(id);
  const FieldSet last = known ? known->fields() : FieldSet();
  const auto time = known ? known->time() : std::nullopt;
  const auto applied =
      subtract_trees(field_set_of(type, sorted_json(config.object)), kind_.not_owned);
  managed.put(ManagedEntry(writer, applied));

  Attempt result{prune(*merged, managed, last, applied), {}, {}};
  const auto changes = compare(type, sorted_json(live), sorted_json(result.object));
  const auto set = subtract_trees(unite(changes.added, changes.modified), kind_.not_owned);
  for (const auto& [other, entry] : managed.entries()) {
    if (other == id || config.force || !entry.owns_any(set)) continue;
    intersect(entry.fields(), set).for_each([&](const ElementPath& path) {
      result.conflicts.push_back({entry.manager(), path});
    });
  }
  if (!result.conflicts.empty()) return result;
  managed.take_away(unite(set, subtract_trees(changes.removed, kind_.not_owned)), id);
  auto& own = *managed.find(id);
  own.set_fields(owned_of(applied));
  if (!changes.same())
    own.set_time(now);
  else if (time)
    own.set_time(*time);
  if (own.empty()) managed.erase(id);
  result.managed = std::move(managed);
  return result;
}

Result<FieldSet> FieldManager::last_applied_fields(const bj::value& live) const {
  const auto text = last_applied(live);
  if (text.empty()) return Status(Code::kNotFound, "no last applied annotation");
  bj::value object;
  KUBUS_TRY(parse_json(text, object));
  if (text_at(object, {"apiVersion"}) != kind_.api_version)
    return Status(Code::kBadRequest, "last applied in another version");
  KUBUS_TRY(check_typed(*kind_.type, object, false));
  const auto json = sorted_json(object);
  const auto changes = compare(*kind_.type, json, sorted_json(live));
  auto fields = field_set_of(*kind_.type, json);
  for (const auto* changed : {&changes.modified, &changes.added, &changes.removed})
    fields = subtract(fields, *changed);
  return fields;
}

Result<FieldManager::Applied> FieldManager::apply(const Live& live, const Configuration& config,
                                                  const meta_v1::Time& now) const {
  auto decoded = ManagedFields::decode(live.metadata.managedfields(), true);
  if (!decoded.ok())
    return Status(Code::kUnknown,
                  "failed to decode managed fields: " + decoded.status().message());
  auto managed = std::move(*decoded);
  KUBUS_TRY(check_config(config.object));
  if (managed.empty())
    record(kind_.empty_json, live.json, manager(std::string(kBeforeFirstApply), false), now,
           managed);
  bj::value object;
  KUBUS_TRY(parse_json(live.json, object));
  if (auto* metadata = object.get_object().if_contains("metadata"); metadata->is_object())
    metadata->get_object().erase("managedFields");

  auto result = attempt(object, config, managed, now);
  if (!result.ok()) return result.status();
  if (!result->conflicts.empty() && config.manager == kKubectl) {
    // Fields that client-side apply wrote and nobody has changed since are its successor's.
    if (const auto allowed = last_applied_fields(object); allowed.ok()) {
      std::erase_if(result->conflicts,
                    [&](const ApplyConflict& conflict) { return allowed->has(conflict.path); });
      Configuration forced{config.object, config.manager, true};
      if (result->conflicts.empty()) result = attempt(object, forced, managed, now);
      if (!result.ok()) return result.status();
    }
  }
  if (!result->conflicts.empty()) return conflict_status(result->conflicts);
  if (config.manager == kKubectl && !last_applied(result->object).empty())
    keep_last_applied(result->object, config.object);
  Applied applied{std::move(result->object), {}};
  result->managed.encode(applied.managed);
  return applied;
}

}  // namespace kubus::apiserver
