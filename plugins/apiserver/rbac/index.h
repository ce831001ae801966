// Who has which roles: an index from subjects to their bindings and from these to compiled rules.
// A change costs as much as what changes, a question as much as the bindings that apply to it,
// however many others there are.
//
// Thread safety: all members from any thread. Questions share a lock that a change holds for as
// long as it takes to link one object.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "auth/identity.h"
#include "rbac/rule.h"

namespace kubus::apiserver::rbac {

struct Subject {
  bool group = false;  // else a user, which a service account is too
  std::string name;    // as identities have it
  std::string text;    // as it is written: User "jane", ServiceAccount "robot/default"
};

struct Binding {
  std::string ns;  // empty: a ClusterRoleBinding
  std::string name;
  std::string role_kind;
  std::string role_name;
  std::vector<Subject> subjects;

  // ClusterRoleBinding "a" of ClusterRole "b".
  std::string text() const;
};

// One binding that applies, to which of its subjects, and what it grants.
struct Grant {
  const Binding& binding;
  const Subject& subject;
  const Rules* rules;  // null: there is no such role
};

class Index {
 public:
  // An empty namespace: a ClusterRole.
  void put_role(const std::string& ns, const std::string& name, Rules rules);
  void remove_role(const std::string& ns, const std::string& name);
  void put_binding(Binding binding);
  void remove_binding(const std::string& ns, const std::string& name);

  // Null when there is none.
  std::shared_ptr<const Rules> find_role(const std::string& ns, const std::string& name) const;
  // Calls `visit` with each Grant to the identity in the whole cluster, then in the namespace,
  // until it returns false. What it is given is valid for that call; it must not change the index.
  // A binding that names an identity in several ways may come several times.
  template <class Visit>
  void visit(const Identity& identity, std::string_view ns, Visit visit) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  template <class Value>
  using Names = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;

  // Of a role that exists, or that a binding refers to.
  struct Slot {
    std::shared_ptr<const Rules> rules;
  };
  struct Entry {
    Binding binding;
    std::shared_ptr<Slot> role;
  };
  struct Link {
    const Entry* entry = nullptr;
    const Subject* subject = nullptr;
  };
  using Links = std::map<std::string_view, Link>;  // by the name of the binding
  struct Scope {
    Names<Links> users, groups;
    Names<Links>& of(const Subject& subject) { return subject.group ? groups : users; }
  };

  std::shared_ptr<Slot>& slot(const std::string& key);
  void drop_if_unused(const std::string& key);
  void link(const Entry& entry);
  void unlink(const Entry& entry);
  void erase_binding(const std::string& key);
  template <class Visit>
  static bool visit_links(const Names<Links>& names, std::string_view name, Visit& visit);

  mutable std::shared_mutex mutex_;
  Names<std::shared_ptr<Slot>> roles_;            // by "namespace/name"
  Names<std::unique_ptr<const Entry>> bindings_;  // by "namespace/name"
  Names<Scope> scopes_;                           // by namespace
};

template <class Visit>
bool Index::visit_links(const Names<Links>& names, std::string_view name, Visit& visit) {
  const auto found = names.find(name);
  if (found == names.end()) return true;
  for (const auto& [binding, link] : found->second)
    if (!visit(Grant{link.entry->binding, *link.subject, link.entry->role->rules.get()}))
      return false;
  return true;
}

template <class Visit>
void Index::visit(const Identity& identity, std::string_view ns, Visit visit) const {
  std::shared_lock lock(mutex_);
  for (const std::string_view scope : {std::string_view(), ns}) {
    const auto found = scopes_.find(scope);
    if (found != scopes_.end()) {
      if (!visit_links(found->second.users, identity.name, visit)) return;
      for (const auto& group : identity.groups)
        if (!visit_links(found->second.groups, group, visit)) return;
    }
    if (ns.empty()) return;
  }
}

}  // namespace kubus::apiserver::rbac
