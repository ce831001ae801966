#include "content.h"

#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>

namespace kubus::nslife {
namespace {

struct Condition {
  const char* type;
  bool holds;
  const char* reason;
  std::string message;
};

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out;
}

std::string counted(const std::map<std::string, int>& counts, const char* verb) {
  std::vector<std::string> parts;
  for (const auto& [name, count] : counts)
    parts.push_back(name + " " + verb + " " + std::to_string(count) + " resource instances");
  return joined(parts);
}

std::vector<Condition> conditions_for(const Remaining& remaining) {
  const bool failed = !remaining.errors.empty();
  const bool content = !remaining.resources.empty();
  const bool finalizers = !remaining.finalizers.empty();
  return {
      {"NamespaceDeletionDiscoveryFailure", false, "ResourcesDiscovered",
       "All resources successfully discovered"},
      {"NamespaceDeletionGroupVersionParsingFailure", false, "ParsedGroupVersions",
       "All legacy kube types successfully parsed"},
      {"NamespaceDeletionContentFailure", failed,
       failed ? "ContentDeletionFailed" : "ContentDeleted",
       failed ? "Failed to delete all resource types, " + std::to_string(remaining.errors.size()) +
                    " remaining: " + joined(remaining.errors)
              : "All content successfully deleted, may be waiting on finalization"},
      {"NamespaceContentRemaining", content, content ? "SomeResourcesRemain" : "ContentRemoved",
       content ? "Some resources are remaining: " + counted(remaining.resources, "has")
               : "All content successfully removed"},
      {"NamespaceFinalizersRemaining", finalizers,
       finalizers ? "SomeFinalizersRemain" : "ContentHasNoFinalizers",
       finalizers ? "Some content in the namespace has finalizers remaining: " +
                        counted(remaining.finalizers, "in")
                  : "All content-preserving finalizers finished"},
  };
}

void set_condition(core_v1::NamespaceStatus& status, const Condition& wanted, SystemTime now) {
  auto& all = *status.mutable_conditions();
  auto it = std::find_if(all.begin(), all.end(),
                         [&](const auto& one) { return one.type() == wanted.type; });
  auto& condition = it == all.end() ? *all.Add() : *it;
  const char* text = wanted.holds ? "True" : "False";
  if (condition.status() == text && condition.reason() == wanted.reason &&
      condition.message() == wanted.message)
    return;
  condition.set_type(wanted.type);
  condition.set_status(text);
  condition.set_reason(wanted.reason);
  condition.set_message(wanted.message);
  set_time(*condition.mutable_lasttransitiontime(), now);
}

}  // namespace

std::vector<const ResourceInfo*> deletable_resources() {
  std::vector<const ResourceInfo*> out;
  for (const ResourceInfo* resource : newest_resources())
    if (resource->namespaced && resource->list && resource->has_verb("list") &&
        resource->has_verb("deletecollection"))
      out.push_back(resource);
  std::stable_partition(out.begin(), out.end(),
                        [](const ResourceInfo* r) { return r->group_resource() == "pods"; });
  return out;
}

bool has_finalizer(const core_v1::Namespace& ns) {
  const auto& all = ns.spec().finalizers();
  return std::find(all.begin(), all.end(), kFinalizer) != all.end();
}

core_v1::Namespace finalized(const core_v1::Namespace& ns) {
  core_v1::Namespace out = ns;
  out.mutable_spec()->clear_finalizers();
  for (const auto& finalizer : ns.spec().finalizers())
    if (finalizer != kFinalizer) out.mutable_spec()->add_finalizers(finalizer);
  return out;
}

void count_items(const ResourceInfo& resource, const google::protobuf::Message& list,
                 Remaining& remaining) {
  const auto* field = list.GetDescriptor()->FindFieldByName("items");
  if (!field) return;
  const auto* reflection = list.GetReflection();
  const int count = reflection->FieldSize(list, field);
  if (count == 0) return;
  remaining.resources[resource.plural + "." + resource.group] = count;
  remaining.pods |= resource.group_resource() == "pods";
  for (int i = 0; i < count; ++i) {
    const auto* metadata = metadata_of(reflection->GetRepeatedMessage(list, field, i));
    if (!metadata) continue;
    for (const auto& finalizer : metadata->finalizers()) ++remaining.finalizers[finalizer];
  }
}

core_v1::Namespace with_conditions(const core_v1::Namespace& ns, const Remaining& remaining,
                                   SystemTime now) {
  core_v1::Namespace out = ns;
  for (const Condition& condition : conditions_for(remaining))
    set_condition(*out.mutable_status(), condition, now);
  return out;
}

}  // namespace kubus::nslife
