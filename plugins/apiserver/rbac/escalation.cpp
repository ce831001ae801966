#include "rbac/escalation.h"

#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>
#include <k8s/rbac/v1/role_binding.pb.h>

#include "auth/deferred.h"
#include "rbac/authorizer.h"
#include "rbac/coverage.h"
#include "registry/reflect.h"
#include "validation/field_error.h"

namespace kubus::apiserver::rbac {
namespace {

constexpr std::string_view kRbacGroup = "rbac.authorization.k8s.io";

// Everything there is, which an aggregated role may come to hold.
Rules full_authority() {
  const std::vector<std::string> all = {"*"};
  return {{all, all, all, {}, {}}, {all, {}, {}, {}, all}};
}

// A change by which the garbage collector gets on with its work grants nothing.
bool changes_only_ownership(const Message& object, const Message& old) {
  auto a = clone(object), b = clone(old);
  for (auto* one : {a.get(), b.get()}) {
    auto& metadata = *metadata_of(*one);
    metadata.clear_ownerreferences();
    metadata.clear_finalizers();
    metadata.clear_managedfields();
    metadata.clear_resourceversion();
  }
  return same_content(*a, *b);
}

class EscalationCheck final : public Admission {
 public:
  EscalationCheck(const Authorizers& authorizers, const Index& index)
      : authorizers_(authorizers), index_(index) {}

  Status admit(const AdmissionCall& admission) override {
    const auto& resource = *admission.call.resource;
    if (resource.group != kRbacGroup || !admission.object) return {};
    if (admission.call.identity.in_group("system:masters")) return {};
    if (admission.old && changes_only_ownership(*admission.object, *admission.old)) return {};
    if (resource.plural == "roles") return check_role<rbac_v1::Role>(admission);
    if (resource.plural == "clusterroles") return check_cluster_role(admission);
    if (resource.plural == "rolebindings") return check_binding<rbac_v1::RoleBinding>(admission);
    return check_binding<rbac_v1::ClusterRoleBinding>(admission);
  }

 private:
  template <class Role>
  Status check_role(const AdmissionCall& admission) {
    if (may_escalate(admission.call)) return {};
    return unless_escalates(
        admission, check_held(admission, rules_of(static_cast<const Role&>(*admission.object))));
  }

  Status check_cluster_role(const AdmissionCall& admission) {
    if (may_escalate(admission.call)) return {};
    return unless_escalates(admission, check_cluster_rules(admission));
  }

  Status check_cluster_rules(const AdmissionCall& admission) {
    const auto& role = static_cast<const rbac_v1::ClusterRole&>(*admission.object);
    KUBUS_TRY(check_held(admission, rules_of(role)));
    const auto* old = static_cast<const rbac_v1::ClusterRole*>(admission.old);
    if (!role.has_aggregationrule() && !(old && old->has_aggregationrule())) return {};
    if (check_held(admission, full_authority()).ok()) return {};
    return refused(admission, "must have cluster-admin privileges to use the aggregationRule");
  }

  template <class Binding>
  Status check_binding(const AdmissionCall& admission) {
    const auto& reference = static_cast<const Binding&>(*admission.object).roleref();
    const bool cluster = reference.kind() == "ClusterRole";
    // Other kinds are for validation to refuse.
    if (!cluster && reference.kind() != "Role") return {};
    RequestInfo bind = right(admission.call, "bind");
    bind.group = reference.apigroup();
    bind.resource = cluster ? "clusterroles" : "roles";
    bind.name = reference.name();
    if (allowed(authorizers_, admission.call.identity, bind)) return {};
    const auto rules = index_.find_role(cluster ? "" : admission.call.info.ns, reference.name());
    if (!rules)
      return errors::not_found({std::string(kRbacGroup), bind.resource, reference.name()});
    auto held = check_held(admission, *rules);
    if (held.ok()) return held;
    return require_any(authorizers_, admission.call, {std::move(bind)}, std::move(held));
  }

  bool may_escalate(const Call& call) const {
    return allowed(authorizers_, call.identity, right(call, "escalate"));
  }

  // Somebody who is asked later may know that the client may.
  Status unless_escalates(const AdmissionCall& admission, Status held) const {
    if (held.ok()) return held;
    return require_any(authorizers_, admission.call, {right(admission.call, "escalate")},
                       std::move(held));
  }

  static RequestInfo right(const Call& call, const char* verb) {
    RequestInfo info;
    info.is_resource = true;
    info.verb = verb;
    info.group = call.info.group;
    info.version = "*";
    info.resource = call.info.resource;
    info.name = call.info.name;
    info.ns = call.info.ns;
    return info;
  }

  Status check_held(const AdmissionCall& admission, const Rules& wanted) {
    const auto& who = admission.call.identity;
    const auto held = list_rules(authorizers_, who, admission.call.info.ns);
    const auto missing = uncovered(held.rules, wanted);
    if (missing.empty()) return {};
    auto why = "user " + quoted(who.name) + " (groups=" + quoted_list(who.groups) +
               ") is attempting to grant RBAC permissions not currently held:\n" +
               describe(missing);
    if (!held.errors.empty()) why += "; resolution errors: [" + join_errors(held.errors) + "]";
    return refused(admission, why);
  }

  static Status refused(const AdmissionCall& admission, const std::string& why) {
    return errors::forbidden(admission.call.subject(metadata_of(*admission.object)->name()), why);
  }

  const Authorizers& authorizers_;
  const Index& index_;
};

}  // namespace

std::unique_ptr<Admission> make_escalation_check(const Authorizers& authorizers,
                                                 const Index& index) {
  return std::make_unique<EscalationCheck>(authorizers, index);
}

}  // namespace kubus::apiserver::rbac
