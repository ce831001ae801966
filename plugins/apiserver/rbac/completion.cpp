#include <google/protobuf/message.h>
#include <k8s/meta/v1/label_selector.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>
#include <k8s/rbac/v1/role_binding.pb.h>

#include <algorithm>

#include "rbac/coverage.h"
#include "rbac/policy_keeper.h"

namespace kubus::apiserver::rbac {
namespace {

constexpr const char* kAutoUpdate = "rbac.authorization.kubernetes.io/autoupdate";

template <class Map>
void add_missing(const Map& from, Map& to) {
  for (const auto& [key, value] : from)
    if (!to.contains(key)) to[key] = value;
}

// Appends the messages of `from` that `to` has not.
template <class List>
void add_missing_items(const List& from, List& to) {
  for (const auto& item : from)
    if (std::none_of(to.begin(), to.end(),
                     [&](const auto& have) { return same_content(have, item); }))
      *to.Add() = item;
}

template <class Role>
void complete_rules(Role& role, const Role& wanted) {
  for (const auto& part : uncovered(rules_of(role), rules_of(wanted)))
    *role.add_rules() = part.to_message();
}

void complete_cluster_role(rbac_v1::ClusterRole& role, const rbac_v1::ClusterRole& wanted) {
  // The rules of one that is made of others are theirs.
  if (!wanted.has_aggregationrule()) return complete_rules(role, wanted);
  add_missing_items(wanted.aggregationrule().clusterroleselectors(),
                    *role.mutable_aggregationrule()->mutable_clusterroleselectors());
}

template <class T, class Then>
bool when(Message& object, const Message& wanted, Then then) {
  auto* typed = dynamic_cast<T*>(&object);
  if (typed) then(*typed, static_cast<const T&>(wanted));
  return typed != nullptr;
}

}  // namespace

bool complete(Message& object, const Message& wanted) {
  auto& metadata = *metadata_of(object);
  const auto update = metadata.annotations().find(kAutoUpdate);
  if (update != metadata.annotations().end() && update->second == "false") return false;
  const std::unique_ptr<Message> before(object.New());
  before->CopyFrom(object);
  add_missing(metadata_of(wanted)->labels(), *metadata.mutable_labels());
  add_missing(metadata_of(wanted)->annotations(), *metadata.mutable_annotations());
  const auto subjects = [](auto& binding, const auto& want) {
    add_missing_items(want.subjects(), *binding.mutable_subjects());
  };
  when<rbac_v1::ClusterRole>(object, wanted, complete_cluster_role) ||
      when<rbac_v1::Role>(object, wanted, complete_rules<rbac_v1::Role>) ||
      when<rbac_v1::ClusterRoleBinding>(object, wanted, subjects) ||
      when<rbac_v1::RoleBinding>(object, wanted, subjects);
  return !same_content(object, *before);
}

bool refers_elsewhere(const Message& object, const Message& wanted) {
  const auto differs = [&]<class Binding>(const Binding* binding) {
    return binding &&
           !same_content(binding->roleref(), static_cast<const Binding&>(wanted).roleref());
  };
  return differs(dynamic_cast<const rbac_v1::ClusterRoleBinding*>(&object)) ||
         differs(dynamic_cast<const rbac_v1::RoleBinding*>(&object));
}

}  // namespace kubus::apiserver::rbac
