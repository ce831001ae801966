#include "rbac/index.h"

namespace kubus::apiserver::rbac {
namespace {

std::string place_of(const std::string& ns, const std::string& name) { return ns + "/" + name; }

std::string role_key(const Binding& binding) {
  return place_of(binding.role_kind == "ClusterRole" ? std::string() : binding.ns,
                  binding.role_name);
}

}  // namespace

std::string Binding::text() const {
  const auto role = " of " + role_kind + " \"" + role_name + "\"";
  if (ns.empty()) return "ClusterRoleBinding \"" + name + "\"" + role;
  return "RoleBinding \"" + name + "/" + ns + "\"" + role;
}

std::shared_ptr<Index::Slot>& Index::slot(const std::string& key) {
  auto& slot = roles_[key];
  if (!slot) slot = std::make_shared<Slot>();
  return slot;
}

void Index::drop_if_unused(const std::string& key) {
  const auto found = roles_.find(key);
  if (found != roles_.end() && !found->second->rules && found->second.use_count() == 1)
    roles_.erase(found);
}

void Index::put_role(const std::string& ns, const std::string& name, Rules rules) {
  auto compiled = std::make_shared<const Rules>(std::move(rules));
  std::unique_lock lock(mutex_);
  slot(place_of(ns, name))->rules = std::move(compiled);
}

void Index::remove_role(const std::string& ns, const std::string& name) {
  const auto key = place_of(ns, name);
  std::unique_lock lock(mutex_);
  const auto found = roles_.find(key);
  if (found == roles_.end()) return;
  found->second->rules = nullptr;
  drop_if_unused(key);
}

std::shared_ptr<const Rules> Index::find_role(const std::string& ns,
                                              const std::string& name) const {
  std::shared_lock lock(mutex_);
  const auto found = roles_.find(place_of(ns, name));
  return found == roles_.end() ? nullptr : found->second->rules;
}

void Index::put_binding(Binding binding) {
  const auto key = place_of(binding.ns, binding.name);
  std::unique_lock lock(mutex_);
  erase_binding(key);
  auto role = slot(role_key(binding));
  auto entry = std::make_unique<const Entry>(Entry{std::move(binding), std::move(role)});
  link(*entry);
  bindings_.emplace(key, std::move(entry));
}

void Index::remove_binding(const std::string& ns, const std::string& name) {
  std::unique_lock lock(mutex_);
  erase_binding(place_of(ns, name));
}

void Index::erase_binding(const std::string& key) {
  const auto found = bindings_.find(key);
  if (found == bindings_.end()) return;
  const auto role = role_key(found->second->binding);
  unlink(*found->second);
  bindings_.erase(found);
  drop_if_unused(role);
}

void Index::link(const Entry& entry) {
  auto& scope = scopes_[entry.binding.ns];
  for (const auto& subject : entry.binding.subjects)
    scope.of(subject)[subject.name].try_emplace(entry.binding.name, Link{&entry, &subject});
}

void Index::unlink(const Entry& entry) {
  const auto scope = scopes_.find(entry.binding.ns);
  if (scope == scopes_.end()) return;
  for (const auto& subject : entry.binding.subjects) {
    auto& names = scope->second.of(subject);
    const auto links = names.find(subject.name);
    if (links == names.end()) continue;
    links->second.erase(entry.binding.name);
    if (links->second.empty()) names.erase(links);
  }
  if (scope->second.users.empty() && scope->second.groups.empty()) scopes_.erase(scope);
}

}  // namespace kubus::apiserver::rbac
