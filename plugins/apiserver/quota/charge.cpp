#include "quota/charge.h"

#include <google/protobuf/message.h>
#include <k8s/core/v1/pod.pb.h>
#include <k8s/core/v1/resource_quota.pb.h>

#include <map>
#include <set>

#include "kubus/quota.h"
#include "registry/reflect.h"

namespace kubus::apiserver {
namespace {

using core_v1::Pod;
using core_v1::ResourceQuota;
using Names = std::set<std::string>;

bool is_core(const ResourceInfo& resource, std::string_view plural) {
  return resource.group.empty() && resource.plural == plural;
}

std::string list_of(const Names& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
}

// "cpu=1,pods=2": those that `names` has.
std::string list_of(const Amounts& amounts, const Names& names) {
  std::string text;
  for (const auto& [name, amount] : amounts)
    if (names.contains(name)) text += (text.empty() ? "" : ",") + name + "=" + amount.to_string();
  return text;
}

// A pod in a namespace with a quota on CPU or memory says of each container what it needs.
std::string unspecified(const Pod& pod, const Names& bounded) {
  static constexpr const char* kAsked[] = {"cpu",    "limits.cpu",   "limits.memory",
                                           "memory", "requests.cpu", "requests.memory"};
  if (pod.spec().resources().requests_size() + pod.spec().resources().limits_size() > 0) return {};
  std::map<std::string, Names> missing;
  for (const auto* list : {&pod.spec().containers(), &pod.spec().initcontainers()})
    for (const auto& container : *list) {
      const auto usage = container_usage(container.resources());
      for (const char* name : kAsked)
        if (bounded.contains(name) && !usage.contains(name)) missing[name].insert(container.name());
    }
  std::string text;
  for (const auto& [name, containers] : missing)
    text += (text.empty() ? "must specify " : "; ") + name + " for: " + list_of(containers);
  return text;
}

// What the write adds to, or takes from, the usage of its namespace.
Amounts change_of(const Call& call, const Message& object, const Message* old) {
  const auto now = std::chrono::system_clock::now();
  auto change = quota_usage(*call.resource, object, now);
  if (!old) return change;
  for (const auto& [name, amount] : quota_usage(*call.resource, *old, now)) {
    const auto [at, added] = change.emplace(name, -amount);
    if (!added) at->second -= amount;
  }
  return change;
}

class Charge {
 public:
  Charge(const Call& call, const Message& object, const Message* old)
      : subject_(call.subject(metadata_of(object)->name())),
        call_(call),
        object_(object),
        change_(change_of(call, object, old)) {}

  // Null: the quota stays as it is.
  Result<std::shared_ptr<ResourceQuota>> apply(const ResourceQuota& quota) const {
    const auto hard = amounts_of(quota.status().hard());
    const auto used = amounts_of(quota.status().used());
    Names bounded;
    for (const auto& [name, amount] : hard)
      if (bounds_resource(name, *call_.resource)) bounded.insert(name);
    if (bounded.empty() || !in_quota_scope(quota, *call_.resource, object_))
      return std::shared_ptr<ResourceQuota>();
    const auto& name = quota.metadata().name();
    if (is_core(*call_.resource, "pods"))
      if (const auto why = unspecified(static_cast<const Pod&>(object_), bounded); !why.empty())
        return errors::forbidden(subject_, "failed quota: " + name + ": " + why);
    for (const auto& one : bounded)
      if (!used.contains(one))
        return errors::forbidden(
            subject_, "status unknown for quota: " + name + ", resources: " + list_of(bounded));
    return with_change(quota, hard, used);
  }

  Status check_signs(bool creates) const {
    if (!creates) return {};
    Names negative;
    for (const auto& [name, amount] : change_)
      if (amount.sign() < 0) negative.insert(name);
    if (negative.empty()) return {};
    return errors::forbidden(subject_,
                             "quota usage is negative for resource(s): " + list_of(negative));
  }

 private:
  Result<std::shared_ptr<ResourceQuota>> with_change(const ResourceQuota& quota,
                                                     const Amounts& hard, Amounts used) const {
    const auto before = used;
    Names exceeded;
    Amounts requested;
    for (const auto& [name, amount] : change_) {
      if (amount.is_zero() || !hard.contains(name)) continue;
      requested[name] = amount;
      used[name] += amount;
      if (used[name] > hard.at(name)) exceeded.insert(name);
    }
    if (!exceeded.empty())
      return errors::forbidden(subject_, "exceeded quota: " + quota.metadata().name() +
                                             ", requested: " + list_of(requested, exceeded) +
                                             ", used: " + list_of(before, exceeded) +
                                             ", limited: " + list_of(hard, exceeded));
    if (requested.empty()) return std::shared_ptr<ResourceQuota>();
    auto changed = std::make_shared<ResourceQuota>(quota);
    store_amounts(used, *changed->mutable_status()->mutable_used());
    return changed;
  }

  Subject subject_;
  const Call& call_;
  const Message& object_;
  Amounts change_;
};

}  // namespace

bool is_charged(const Call& call, const Message* old) {
  const auto& resource = *call.resource;
  if (!resource.namespaced) return false;
  if (!call.info.subresource.empty())
    return old && is_core(resource, "pods") && call.info.subresource == "resize";
  return !old || is_core(resource, "services") || is_core(resource, "persistentvolumeclaims");
}

Result<std::vector<QuotaUpdate>> charge(const Call& call, const Message& object, const Message* old,
                                        const std::vector<ObjectPtr>& quotas) {
  std::vector<QuotaUpdate> updates;
  if (quotas.empty()) return updates;
  const Charge charge(call, object, old);
  bool checked = false;
  for (const auto& stored : quotas) {
    auto changed = charge.apply(static_cast<const ResourceQuota&>(*stored->decoded()));
    if (!changed.ok()) return changed.status();
    if (!*changed) continue;
    if (!checked) KUBUS_TRY(charge.check_signs(!old));
    checked = true;
    updates.push_back({stored, stored_json(**changed)});
  }
  return updates;
}

}  // namespace kubus::apiserver
