#include "rbac/feed.h"

#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>
#include <k8s/rbac/v1/role_binding.pb.h>

namespace kubus::apiserver::rbac {
namespace {

Subject read_subject(const rbac_v1::Subject& from, const std::string& binding_ns) {
  Subject subject;
  subject.group = from.kind() == "Group";
  subject.name = from.name();
  subject.text = from.kind() + " \"" + from.name() + "\"";
  if (from.kind() == "ServiceAccount") {
    const auto& ns = from.namespace_().empty() ? binding_ns : from.namespace_();
    subject.name = "system:serviceaccount:" + ns + ":" + from.name();
    subject.text = from.kind() + " \"" + from.name() + "/" + ns + "\"";
  }
  return subject;
}

template <class Message>
Binding read_binding(const Message& from) {
  Binding binding;
  binding.ns = from.metadata().namespace_();
  binding.name = from.metadata().name();
  binding.role_kind = from.roleref().kind();
  binding.role_name = from.roleref().name();
  for (const auto& subject : from.subjects())
    binding.subjects.push_back(read_subject(subject, binding.ns));
  return binding;
}

template <class Role>
class RoleWatcher final : public Watcher {
 public:
  explicit RoleWatcher(Index& index) : index_(index) {}
  void on_event(EventType type, const ObjectPtr& object) override {
    const std::string ns(object->ns()), name(object->name());
    if (type == EventType::kDeleted) return index_.remove_role(ns, name);
    index_.put_role(ns, name, rules_of(static_cast<const Role&>(*object->decode())));
  }
  void on_bookmark(std::int64_t, bool) override {}
  void on_end(const Status&) override {}

 private:
  Index& index_;
};

template <class Message>
class BindingWatcher final : public Watcher {
 public:
  explicit BindingWatcher(Index& index) : index_(index) {}
  void on_event(EventType type, const ObjectPtr& object) override {
    if (type == EventType::kDeleted)
      return index_.remove_binding(std::string(object->ns()), std::string(object->name()));
    index_.put_binding(read_binding(static_cast<const Message&>(*object->decode())));
  }
  void on_bookmark(std::int64_t, bool) override {}
  void on_end(const Status&) override {}

 private:
  Index& index_;
};

}  // namespace

Status Feed::start() {
  const std::pair<const char*, std::shared_ptr<Watcher>> watched[] = {
      {"clusterroles", std::make_shared<RoleWatcher<rbac_v1::ClusterRole>>(index_)},
      {"roles", std::make_shared<RoleWatcher<rbac_v1::Role>>(index_)},
      {"clusterrolebindings",
       std::make_shared<BindingWatcher<rbac_v1::ClusterRoleBinding>>(index_)},
      {"rolebindings", std::make_shared<BindingWatcher<rbac_v1::RoleBinding>>(index_)},
  };
  WatchStart from_state;
  from_state.from = WatchStart::From::kState;
  for (const auto& [resource, watcher] : watched) {
    auto* cache = cache_.find("rbac.authorization.k8s.io", resource);
    KUBUS_TRY(cache->watch(watcher, {}, from_state, cache_.revision()));
    watchers_.push_back(watcher);
  }
  return {};
}

}  // namespace kubus::apiserver::rbac
