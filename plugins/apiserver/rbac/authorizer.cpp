#include "rbac/authorizer.h"

#include <algorithm>
#include <set>

namespace kubus::apiserver::rbac {
namespace {

std::string missing_role(const Binding& binding) {
  const char* resource = binding.role_kind == "ClusterRole" ? "clusterrole" : "role";
  return std::string(resource) + ".rbac.authorization.k8s.io \"" + binding.role_name +
         "\" not found";
}

class RbacAuthorizer final : public Authorizer {
 public:
  explicit RbacAuthorizer(const Index& index) : index_(index) {}

  Verdict decide(const Identity& identity, const RequestInfo& info, std::string* reason) override {
    bool allowed = false;
    std::vector<std::string> errors;
    index_.visit(identity, info.ns, [&](const Grant& grant) {
      if (!grant.rules) {
        if (reason) errors.push_back(missing_role(grant.binding));
        return true;
      }
      allowed = std::any_of(grant.rules->begin(), grant.rules->end(),
                            [&](const Rule& rule) { return rule.allows(info); });
      if (allowed && reason)
        *reason = "RBAC: allowed by " + grant.binding.text() + " to " + grant.subject.text;
      return !allowed;
    });
    if (allowed) return Verdict::kAllow;
    if (!errors.empty()) *reason = "RBAC: " + join_errors(errors);
    return Verdict::kNoOpinion;
  }

  void list_rules(const Identity& identity, std::string_view ns, RuleList& list) override {
    std::set<const Binding*> seen;
    index_.visit(identity, ns, [&](const Grant& grant) {
      if (!seen.insert(&grant.binding).second) return true;
      if (grant.rules)
        list.rules.insert(list.rules.end(), grant.rules->begin(), grant.rules->end());
      else
        list.errors.push_back(missing_role(grant.binding));
      return true;
    });
  }

 private:
  const Index& index_;
};

}  // namespace

std::string join_errors(const std::vector<std::string>& errors) {
  std::vector<std::string> once;
  for (const auto& error : errors)
    if (std::find(once.begin(), once.end(), error) == once.end()) once.push_back(error);
  if (once.size() == 1) return once.front();
  std::string text = "[";
  for (const auto& error : once) text += (text.size() > 1 ? ", " : "") + error;
  return text + "]";
}

std::unique_ptr<Authorizer> make_authorizer(const Index& index) {
  return std::make_unique<RbacAuthorizer>(index);
}

}  // namespace kubus::apiserver::rbac
