#include "registry/deletion.h"

#include <k8s/core/v1/namespace.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>
#include <k8s/meta/v1/options.pb.h>

#include <algorithm>

#include "custom/definition.h"
#include "kubus/api/time.h"
#include "registry/body.h"
#include "registry/reflect.h"
#include "registry/write_options.h"
#include "request/number.h"

namespace kubus::apiserver {
namespace {

constexpr const char* kOrphan = "orphan";
constexpr const char* kForeground = "foregroundDeletion";
using Step = DeletionPlan::Step;

bool has_finalizer(const meta_v1::ObjectMeta& metadata, const char* name) {
  const auto& all = metadata.finalizers();
  return std::find(all.begin(), all.end(), name) != all.end();
}

// The two finalizers of the garbage collector say what happens to dependents.
void set_gc_finalizers(meta_v1::ObjectMeta& metadata, const Deletion& deletion,
                       const Strategy& strategy) {
  bool orphan = has_finalizer(metadata, kOrphan);
  bool foreground = has_finalizer(metadata, kForeground);
  if (!deletion.propagation.empty()) {
    orphan = deletion.propagation == "Orphan";
    foreground = deletion.propagation == "Foreground";
  } else if (!orphan && !foreground) {
    orphan = strategy.gc_default == GcDefault::kOrphan;
  }
  std::vector<std::string> kept;
  for (const auto& name : metadata.finalizers())
    if (name != kOrphan && name != kForeground) kept.push_back(name);
  if (orphan) kept.emplace_back(kOrphan);
  if (foreground) kept.emplace_back(kForeground);
  metadata.clear_finalizers();
  for (auto& name : kept) metadata.add_finalizers(std::move(name));
}

void mark(meta_v1::ObjectMeta& metadata, std::int64_t grace) {
  set_time(*metadata.mutable_deletiontimestamp(),
           std::chrono::system_clock::now() + std::chrono::seconds(grace));
  metadata.set_deletiongraceperiodseconds(grace);
  if (metadata.generation() > 0) metadata.set_generation(metadata.generation() + 1);
}

// An object that is being deleted may only be given less time than it has.
Step shorten(meta_v1::ObjectMeta& metadata, const Deletion& deletion) {
  if (!metadata.has_deletiongraceperiodseconds()) return Step::kRemove;
  const auto now_has = metadata.deletiongraceperiodseconds();
  if (!deletion.grace_period || *deletion.grace_period >= now_has)
    return now_has > 0 || metadata.finalizers_size() > 0 ? Step::kNothing : Step::kRemove;
  const auto begun = to_time(metadata.deletiontimestamp()) - std::chrono::seconds(now_has);
  set_time(*metadata.mutable_deletiontimestamp(),
           begun + std::chrono::seconds(*deletion.grace_period));
  metadata.set_deletiongraceperiodseconds(*deletion.grace_period);
  return Step::kUpdate;
}

Result<DeletionPlan> plan_namespace(const Call& call, std::unique_ptr<Message> object) {
  auto& ns = static_cast<core_v1::Namespace&>(*object);
  if (!ns.metadata().has_deletiontimestamp()) {
    mark(*ns.mutable_metadata(), 0);
    ns.mutable_metadata()->clear_deletiongraceperiodseconds();
    ns.mutable_status()->set_phase("Terminating");
  } else if (!nothing_holds(ns)) {
    return errors::conflict(call.subject(),
                            "The system is ensuring all content is removed from this namespace.  "
                            "Upon completion, this namespace will automatically be purged by the "
                            "system.");
  }
  const auto step = nothing_holds(ns) ? Step::kRemove : Step::kUpdate;
  return DeletionPlan{step, std::move(object)};
}

// Its objects go first: until they are gone the finalizer holds it.
DeletionPlan plan_definition(std::unique_ptr<Message> object) {
  auto& definition = static_cast<apiextensions_v1::CustomResourceDefinition&>(*object);
  auto& metadata = *definition.mutable_metadata();
  if (metadata.has_deletiontimestamp())
    return {nothing_holds(*object) ? Step::kRemove : Step::kNothing, std::move(object)};
  mark(metadata, 0);
  metadata.clear_deletiongraceperiodseconds();
  if (!has_finalizer(metadata, kCleanupFinalizer)) metadata.add_finalizers(kCleanupFinalizer);
  set_condition(definition, "Terminating", true, "InstanceDeletionPending",
                "CustomResourceDefinition marked for deletion; CustomResource deletion will begin "
                "soon",
                std::chrono::system_clock::now());
  return {Step::kUpdate, std::move(object)};
}

// Where there is a body nothing of the query counts.
void replace_dry_run(Query& query, const meta_v1::DeleteOptions& options) {
  Query kept;
  for (const auto& [name, value] : query.values())
    if (name != "dryRun") kept.add(name, value);
  for (const auto& value : options.dryrun()) kept.add("dryRun", value);
  query = std::move(kept);
}

}  // namespace

Result<Deletion> read_deletion(Call& call) {
  Deletion deletion;
  std::optional<bool> orphan;
  bool no_policy = false;
  if (!call.body.empty()) {
    auto body = read_body(call, *meta_v1::DeleteOptions::descriptor());
    if (!body.ok()) return body.status();
    const auto& options = static_cast<const meta_v1::DeleteOptions&>(**body);
    if (options.has_graceperiodseconds()) deletion.grace_period = options.graceperiodseconds();
    deletion.propagation = options.propagationpolicy();
    no_policy = options.has_propagationpolicy() && deletion.propagation.empty();
    if (options.has_orphandependents()) orphan = options.orphandependents();
    deletion.uid = options.preconditions().uid();
    deletion.resource_version = options.preconditions().resourceversion();
    replace_dry_run(call.query, options);
  } else {
    const auto seconds = read_number(call.query, "gracePeriodSeconds");
    if (!seconds.ok()) return seconds.status();
    if (*seconds) deletion.grace_period = *seconds;
    if (call.query.has("orphanDependents")) orphan = call.query.flag("orphanDependents");
    deletion.uid = std::string(call.query.get("uid"));
    deletion.resource_version = std::string(call.query.get("resourceVersion"));
    deletion.propagation = std::string(call.query.get("propagationPolicy"));
  }
  std::vector<Cause> causes;
  const auto& policy = deletion.propagation;
  if (orphan && !policy.empty())
    causes.push_back({"FieldValueInvalid",
                      "Invalid value: \"" + policy +
                          "\": orphanDependents and deletionPropagation cannot be both set",
                      "propagationPolicy"});
  const bool known = policy == "Orphan" || policy == "Background" || policy == "Foreground";
  if (no_policy || (!policy.empty() && !known))
    causes.push_back({"FieldValueNotSupported",
                      "Unsupported value: \"" + policy +
                          "\": supported values: \"Foreground\", \"Background\", \"Orphan\", "
                          "\"nil\"",
                      "propagationPolicy"});
  const auto dry = dry_run_problems(call.query);
  causes.insert(causes.end(), dry.begin(), dry.end());
  if (!causes.empty()) return errors::invalid({"meta.k8s.io", "DeleteOptions", ""}, causes);
  if (orphan) deletion.propagation = *orphan ? "Orphan" : "Background";
  return deletion;
}

Status check_preconditions(const Deletion& deletion, const Object& object, const Call& call) {
  const Subject subject{call.resource->group, call.resource->kind, std::string(object.name())};
  if (!deletion.uid.empty() && deletion.uid != object.uid())
    return errors::conflict(subject,
                            "the UID in the precondition (" + deletion.uid +
                                ") does not match the UID in record (" +
                                std::string(object.uid()) +
                                "). The object might have been deleted and then recreated");
  const auto version = std::to_string(object.revision());
  if (!deletion.resource_version.empty() && deletion.resource_version != version)
    return errors::conflict(subject, "the ResourceVersion in the precondition (" +
                                         deletion.resource_version +
                                         ") does not match the ResourceVersion in record (" +
                                         version + "). The object might have been modified");
  return {};
}

Result<DeletionPlan> plan_deletion(const Call& call, const Message& current,
                                   const Deletion& deletion, const Strategy& strategy) {
  auto object = clone(current);
  if (call.resource->group.empty() && call.resource->plural == "namespaces")
    return plan_namespace(call, std::move(object));
  auto& metadata = *metadata_of(*object);
  set_gc_finalizers(metadata, deletion, strategy);
  if (object->GetDescriptor() == apiextensions_v1::CustomResourceDefinition::descriptor())
    return plan_definition(std::move(object));
  if (metadata.has_deletiontimestamp() && strategy.grace_period) {
    auto step = shorten(metadata, deletion);
    if (step == Step::kUpdate && nothing_holds(*object)) step = Step::kRemove;
    return DeletionPlan{step, std::move(object)};
  }
  const auto grace =
      strategy.grace_period ? strategy.grace_period(current, deletion.grace_period) : 0;
  const bool was_deleting = metadata.has_deletiontimestamp();
  if (!was_deleting) mark(metadata, grace);
  if (nothing_holds(*object)) return DeletionPlan{Step::kRemove, std::move(object)};
  return DeletionPlan{Step::kUpdate, std::move(object)};
}

bool nothing_holds(const Message& object) {
  const auto* metadata = metadata_of(object);
  if (!metadata || !metadata->has_deletiontimestamp() || metadata->finalizers_size() > 0)
    return false;
  if (object.GetDescriptor() == core_v1::Namespace::descriptor())
    return static_cast<const core_v1::Namespace&>(object).spec().finalizers_size() == 0;
  return metadata->deletiongraceperiodseconds() == 0;
}

}  // namespace kubus::apiserver
