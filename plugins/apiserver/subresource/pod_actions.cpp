#include <google/protobuf/message.h>
#include <k8s/core/v1/binding.pb.h>
#include <k8s/core/v1/pod.pb.h>
#include <k8s/meta/v1/status.pb.h>
#include <k8s/policy/v1/eviction.pb.h>
#include <k8s/policy/v1/pod_disruption_budget.pb.h>

#include <algorithm>

#include "kubus/api/time.h"
#include "registry/reflect.h"
#include "selector/label_selector.h"
#include "subresource/subresources.h"

namespace kubus::apiserver {
namespace {

using core_v1::Binding;
using core_v1::Pod;

// The Status object with which a binding or an eviction is acknowledged.
Answer acknowledged() {
  auto status = std::make_shared<meta_v1::Status>();
  status->mutable_metadata();
  status->set_status("Success");
  status->set_code(201);
  return Answer::of(std::shared_ptr<const Message>(std::move(status)), 201);
}

void set_scheduled(Pod& pod) {
  auto& conditions = *pod.mutable_status()->mutable_conditions();
  auto found = std::find_if(conditions.begin(), conditions.end(),
                            [](const auto& one) { return one.type() == "PodScheduled"; });
  auto* condition = found == conditions.end() ? conditions.Add() : &*found;
  if (condition->status() != "True") set_now(*condition->mutable_lasttransitiontime());
  condition->set_type("PodScheduled");
  condition->set_status("True");
  condition->clear_reason();
  condition->clear_message();
  if (pod.metadata().generation() > 0)
    condition->set_observedgeneration(pod.metadata().generation());
}

Result<MessagePtr> bound(const Binding& binding, const Call& call, const Message& current) {
  auto object = clone(current);
  auto& pod = static_cast<Pod&>(*object);
  const Subject subject{"", "pods/binding", call.info.name};
  if (pod.metadata().has_deletiontimestamp())
    return errors::conflict(
        subject, "pod " + call.info.name + " is being deleted, cannot be assigned to a host");
  if (!pod.spec().nodename().empty())
    return errors::conflict(subject, "pod " + call.info.name + " is already assigned to node \"" +
                                         pod.spec().nodename() + "\"");
  const auto& uid = binding.metadata().uid();
  if (!uid.empty() && uid != pod.metadata().uid())
    return errors::conflict(subject, "Precondition failed: UID in precondition: " + uid +
                                         ", UID in object meta: " + pod.metadata().uid());
  pod.mutable_spec()->set_nodename(binding.target().name());
  for (const auto& [key, value] : binding.metadata().annotations())
    (*pod.mutable_metadata()->mutable_annotations())[key] = value;
  for (const auto& [key, value] : binding.metadata().labels())
    (*pod.mutable_metadata()->mutable_labels())[key] = value;
  set_scheduled(pod);
  return object;
}

void bind(Registry& registry, CallPtr call, Done done) {
  auto body = read_body(*call, *Binding::descriptor());
  if (!body.ok()) return done(body.status());
  std::shared_ptr<Message> binding = std::move(*body);
  const auto& target = static_cast<const Binding&>(*binding).target();
  if (call->info.name.empty())
    call->info.name = static_cast<const Binding&>(*binding).metadata().name();
  if (target.name().empty())
    return done(errors::invalid({"", "Binding", call->info.name},
                                {{"FieldValueRequired", "Required value", "target.name"}}));
  // A binding may come as an object of its own; what it changes is the pod.
  call->resource = find_resource("", "v1", "pods");
  call->cache = registry.cache().find(*call->resource);
  registry.change(
      call, Part::kWhole,
      [binding, call](const Object&, const Message& current) {
        return bound(static_cast<const Binding&>(*binding), *call, current);
      },
      [done = std::move(done)](Result<Answer> result) mutable {
        done(result.ok() ? Result<Answer>(acknowledged()) : std::move(result));
      });
}

LabelSelector to_selector(const meta_v1::LabelSelector& from) {
  std::vector<LabelRequirement> requirements;
  for (const auto& [key, value] : from.matchlabels())
    requirements.push_back({key, LabelOperator::kEquals, {value}});
  for (const auto& term : from.matchexpressions()) {
    LabelRequirement requirement{
        term.key(), LabelOperator::kExists, {term.values().begin(), term.values().end()}};
    std::sort(requirement.values.begin(), requirement.values.end());
    if (term.operator_() == "In") requirement.op = LabelOperator::kIn;
    if (term.operator_() == "NotIn") requirement.op = LabelOperator::kNotIn;
    if (term.operator_() == "DoesNotExist") requirement.op = LabelOperator::kDoesNotExist;
    requirements.push_back(std::move(requirement));
  }
  return LabelSelector::of(std::move(requirements));
}

// The budgets of the namespace that count this pod.
std::vector<ObjectPtr> budgets_for(Registry& registry, const Object& pod) {
  std::vector<ObjectPtr> found;
  registry.cache().find("policy", "poddisruptionbudgets")->for_each([&](const ObjectPtr& object) {
    if (object->ns() != pod.ns()) return;
    const auto decoded = object->decode();
    const auto& budget = static_cast<const policy_v1::PodDisruptionBudget&>(*decoded);
    if (to_selector(budget.spec().selector()).matches(pod.labels())) found.push_back(object);
  });
  return found;
}

Status disruption_refused() {
  return errors::too_many_requests(
      "Cannot evict pod as it would violate the pod's disruption budget.", 0);
}

// One disruption less is left, and this pod is the one that used it.
Result<MessagePtr> spent(const Message& current, const std::string& pod) {
  auto object = clone(current);
  auto& status = *static_cast<policy_v1::PodDisruptionBudget&>(*object).mutable_status();
  if (status.disruptionsallowed() <= 0) return disruption_refused();
  status.set_disruptionsallowed(status.disruptionsallowed() - 1);
  set_now((*status.mutable_disruptedpods())[pod]);
  return object;
}

// Pods that are not serving anybody are evicted without asking the budget.
bool disrupts(const Object& pod) {
  const auto phase = pod.field("status.phase");
  return phase != "Succeeded" && phase != "Failed" && phase != "Pending" && !pod.deleting();
}

void evict(Registry& registry, CallPtr call, Done done) {
  auto body = read_body(*call, *policy_v1::Eviction::descriptor());
  if (!body.ok()) return done(body.status());
  const auto& options = static_cast<const policy_v1::Eviction&>(**body).deleteoptions();
  Deletion deletion;
  if (options.has_graceperiodseconds()) deletion.grace_period = options.graceperiodseconds();
  deletion.propagation = options.propagationpolicy();
  deletion.uid = options.preconditions().uid();
  const auto pod = call->cache->get(call->key());
  if (!pod) return done(errors::not_found(call->subject()));
  auto remove = [&registry, call, deletion, done = std::move(done)](Status allowed) mutable {
    if (!allowed.ok()) return done(allowed);
    registry.remove(call, deletion, [done = std::move(done)](Result<Answer> result) mutable {
      done(result.ok() ? Result<Answer>(acknowledged()) : std::move(result));
    });
  };
  const auto budgets = disrupts(*pod) ? budgets_for(registry, *pod) : std::vector<ObjectPtr>();
  if (budgets.empty()) return remove({});
  if (budgets.size() > 1)
    return remove(errors::internal(
        "This pod has more than one PodDisruptionBudget, which the eviction subresource does not "
        "support."));
  auto spend = std::make_shared<Call>(*call);
  spend->resource = &budgets[0]->resource();
  spend->cache = registry.cache().find(*spend->resource);
  spend->info.name = std::string(budgets[0]->name());
  registry.change(
      spend, Part::kWhole,
      [name = call->info.name](const Object&, const Message& current) {
        return spent(current, name);
      },
      [remove = std::move(remove)](Result<Answer> result) mutable {
        remove(result.ok() ? Status() : result.status());
      });
}

}  // namespace

void add_binding(Api& api, Registry& registry) {
  const auto handler = [&registry](CallPtr call, Done done) {
    bind(registry, std::move(call), std::move(done));
  };
  api.add("/pods/binding", "create", handler);
  api.add("/bindings", "create", handler);
}

void add_eviction(Api& api, Registry& registry) {
  api.add("/pods/eviction", "create", [&registry](CallPtr call, Done done) {
    evict(registry, std::move(call), std::move(done));
  });
}

}  // namespace kubus::apiserver
