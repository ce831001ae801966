#include "custom/definition.h"

#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>
#include <boost/json.hpp>

#include "validation/field_error.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;
using apiextensions_v1::CustomResourceDefinition;
using Condition = apiextensions_v1::CustomResourceDefinitionCondition;

const json::object* object_at(const json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  return value ? value->if_object() : nullptr;
}

std::string text_at(const json::object* object, const char* name) {
  const auto* value = object ? object->if_contains(name) : nullptr;
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::vector<std::string> texts_at(const json::object* object, const char* name) {
  std::vector<std::string> out;
  const auto* value = object ? object->if_contains(name) : nullptr;
  if (value && value->is_array())
    for (const auto& item : value->get_array())
      if (item.is_string()) out.emplace_back(item.get_string());
  return out;
}

DefinitionNames names_of(const json::object* names) {
  return {text_at(names, "plural"), text_at(names, "singular"), text_at(names, "kind"),
          text_at(names, "listKind"), texts_at(names, "shortNames")};
}

bool same(const DefinitionNames& a, const DefinitionNames& b) {
  return a.plural == b.plural && a.singular == b.singular && a.kind == b.kind &&
         a.list_kind == b.list_kind && a.short_names == b.short_names;
}

Condition* find_condition(CustomResourceDefinition& definition, std::string_view type) {
  for (auto& condition : *definition.mutable_status()->mutable_conditions())
    if (condition.type() == type) return &condition;
  return nullptr;
}

// One name after the other; the last conflict is the one that is told.
class Settlement {
 public:
  explicit Settlement(const NamesInUse& in_use) : in_use_(in_use) {}

  bool take(const std::string& wanted, const std::string& accepted, bool is_kind, const char* why) {
    const auto& used = is_kind ? in_use_.kinds : in_use_.resources;
    if (wanted == accepted || !used.contains(wanted)) return true;
    reason = why;
    message = apiserver::quoted(wanted) + " is already in use";
    return false;
  }

  std::string reason, message;

 private:
  const NamesInUse& in_use_;
};

void settle_short_names(CustomResourceDefinition& definition, const NamesInUse& in_use,
                        Settlement& settlement) {
  const auto& wanted = definition.spec().names();
  auto& accepted = *definition.mutable_status()->mutable_acceptednames();
  const std::set<std::string> had(accepted.shortnames().begin(), accepted.shortnames().end());
  std::vector<std::string> conflicts;
  for (const auto& name : wanted.shortnames())
    if (!had.contains(name) && in_use.resources.contains(name))
      conflicts.push_back(apiserver::quoted(name) + " is already in use");
  if (conflicts.empty()) {
    *accepted.mutable_shortnames() = wanted.shortnames();
    return;
  }
  settlement.reason = "ShortNamesConflict";
  settlement.message.clear();
  for (const auto& text : conflicts)
    settlement.message += (settlement.message.empty() ? "" : ", ") + text;
  if (conflicts.size() > 1) settlement.message = "[" + settlement.message + "]";
}

void settle_approval(CustomResourceDefinition& definition, SystemTime now) {
  if (!is_protected_group(definition.spec().group())) return;
  const auto& annotations = definition.metadata().annotations();
  const auto found = annotations.find(kApprovalAnnotation);
  const bool approved =
      found != annotations.end() && found->second.find("://") != std::string::npos;
  set_condition(definition, "KubernetesAPIApprovalPolicyConformant", approved,
                approved ? "ApprovedAnnotation" : "UnapprovedAnnotation",
                approved
                    ? "approved in " + found->second
                    : "not approved: " +
                          apiserver::quoted(found == annotations.end() ? "" : found->second),
                now);
}

}  // namespace

DefinitionFacts DefinitionFacts::of(const json::object& tree) {
  DefinitionFacts facts;
  const auto* metadata = object_at(tree, "metadata");
  const auto* spec = object_at(tree, "spec");
  const auto* status = object_at(tree, "status");
  facts.name = text_at(metadata, "name");
  facts.group = text_at(spec, "group");
  facts.wanted = names_of(spec ? object_at(*spec, "names") : nullptr);
  facts.accepted = names_of(status ? object_at(*status, "acceptedNames") : nullptr);
  facts.deleting = metadata && metadata->contains("deletionTimestamp");
  const auto finalizers = texts_at(metadata, "finalizers");
  facts.has_cleanup =
      std::find(finalizers.begin(), finalizers.end(), kCleanupFinalizer) != finalizers.end();
  bool accepted = false;
  const auto* conditions = status ? status->if_contains("conditions") : nullptr;
  if (conditions && conditions->is_array()) {
    for (const auto& item : conditions->get_array()) {
      const auto* condition = item.if_object();
      const bool holds = text_at(condition, "status") == "True";
      if (text_at(condition, "type") == "Established") facts.established = holds;
      if (text_at(condition, "type") == "NamesAccepted") accepted = holds;
    }
  }
  facts.names_settled = accepted && facts.established && same(facts.wanted, facts.accepted);
  return facts;
}

void NamesInUse::add(const DefinitionNames& names) {
  for (const auto* name : {&names.plural, &names.singular})
    if (!name->empty()) resources.insert(*name);
  resources.insert(names.short_names.begin(), names.short_names.end());
  for (const auto* name : {&names.kind, &names.list_kind})
    if (!name->empty()) kinds.insert(*name);
}

bool NamesInUse::leaves(const DefinitionNames& names) const {
  NamesInUse wanted;
  wanted.add(names);
  const auto is_free = [](const auto& all, const auto& used) {
    return std::none_of(all.begin(), all.end(),
                        [&](const auto& name) { return used.contains(name); });
  };
  return is_free(wanted.resources, resources) && is_free(wanted.kinds, kinds);
}

void set_condition(CustomResourceDefinition& definition, std::string_view type, bool holds,
                   std::string_view reason, std::string_view message, SystemTime now) {
  auto* condition = find_condition(definition, type);
  if (!condition) {
    condition = definition.mutable_status()->add_conditions();
    condition->set_type(std::string(type));
  }
  const char* status = holds ? "True" : "False";
  if (condition->status() != status) set_time(*condition->mutable_lasttransitiontime(), now);
  condition->set_status(status);
  condition->set_reason(std::string(reason));
  condition->set_message(std::string(message));
}

void settle_names(CustomResourceDefinition& definition, const NamesInUse& in_use, SystemTime now) {
  const auto wanted = definition.spec().names();
  auto& accepted = *definition.mutable_status()->mutable_acceptednames();
  Settlement settlement(in_use);
  if (settlement.take(wanted.plural(), accepted.plural(), false, "PluralConflict"))
    accepted.set_plural(wanted.plural());
  if (settlement.take(wanted.singular(), accepted.singular(), false, "SingularConflict"))
    accepted.set_singular(wanted.singular());
  settle_short_names(definition, in_use, settlement);
  if (settlement.take(wanted.kind(), accepted.kind(), true, "KindConflict"))
    accepted.set_kind(wanted.kind());
  if (settlement.take(wanted.listkind(), accepted.listkind(), true, "ListKindConflict"))
    accepted.set_listkind(wanted.listkind());
  *accepted.mutable_categories() = wanted.categories();
  const bool holds = settlement.reason.empty();
  set_condition(definition, "NamesAccepted", holds, holds ? "NoConflicts" : settlement.reason,
                holds ? "no conflicts found" : settlement.message, now);
  const auto* established = find_condition(definition, "Established");
  if (holds)
    set_condition(definition, "Established", true, "InitialNamesAccepted",
                  "the initial names have been accepted", now);
  else if (!established)
    set_condition(definition, "Established", false, "NotAccepted", "not all names are accepted",
                  now);
  settle_approval(definition, now);
}

bool is_protected_group(std::string_view group) {
  for (const std::string_view owner : {"k8s.io", "kubernetes.io"})
    if (group == owner || (group.size() > owner.size() && group.ends_with(owner) &&
                           group[group.size() - owner.size() - 1] == '.'))
      return true;
  return false;
}

}  // namespace kubus::apiserver
