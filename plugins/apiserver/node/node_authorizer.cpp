#include "node/node_authorizer.h"

#include <algorithm>
#include <map>
#include <optional>

#include "rbac/policy_text.h"
#include "selector/field_selector.h"

namespace kubus::apiserver::node {
namespace {

constexpr std::string_view kPrefix = "system:node:";
constexpr const char* kNodes = "system:nodes";

// Nothing: it is allowed. Else why not, if there is more to say.
using Refusal = std::optional<std::string>;
const Refusal kAllowed = std::nullopt;

bool among(std::string_view verb, std::initializer_list<std::string_view> verbs) {
  return std::find(verbs.begin(), verbs.end(), verb) != verbs.end();
}

// What every node may do, beside what is decided object by object.
const rbac::Rules& node_rules() {
  static const rbac::Rules rules = [] {
    for (const auto& row : rbac::default_roles())
      if (row.name == "system:node") return rbac::parse_rules(row.rules);
    return rbac::Rules();
  }();
  return rules;
}

bool selects_own_node(const RequestInfo& info, const std::string& node) {
  const auto selector = FieldSelector::parse(info.field_selector);
  const auto* value = selector.ok() ? selector->exact("spec.nodeName") : nullptr;
  return value && *value == node;
}

class NodeAuthorizer final : public Authorizer {
 public:
  NodeAuthorizer(Graph& graph, ClusterCache& cache) : graph_(graph), cache_(cache) {}

  Verdict decide(const Identity& identity, const RequestInfo& info, std::string* reason) override {
    const auto node = node_of(identity);
    if (!node) return Verdict::kNoOpinion;
    auto refusal = node->empty() ? Refusal("unknown node for user \"" + identity.name + "\"")
                                 : judge(*node, info);
    if (!refusal) return Verdict::kAllow;
    if (reason) *reason = std::move(*refusal);
    return Verdict::kNoOpinion;
  }

  void list_rules(const Identity& identity, std::string_view, RuleList& list) override {
    if (!node_of(identity)) return;
    list.incomplete = true;
    list.errors.emplace_back("node authorizer does not support user rule resolution");
  }

 private:
  Refusal judge(const std::string& node, const RequestInfo& info) {
    using Judge = Refusal (NodeAuthorizer::*)(const std::string&, const RequestInfo&);
    static const std::map<std::pair<std::string_view, std::string_view>, Judge> kJudges = {
        {{"", "secrets"}, &NodeAuthorizer::judge_secret},
        {{"", "configmaps"}, &NodeAuthorizer::judge_config_map},
        {{"", "persistentvolumeclaims"}, &NodeAuthorizer::judge_volume_claim},
        {{"", "persistentvolumes"}, &NodeAuthorizer::judge_volume},
        {{"", "serviceaccounts"}, &NodeAuthorizer::judge_service_account},
        {{"", "nodes"}, &NodeAuthorizer::judge_node},
        {{"", "pods"}, &NodeAuthorizer::judge_pod},
        {{"coordination.k8s.io", "leases"}, &NodeAuthorizer::judge_lease},
        {{"resource.k8s.io", "resourceclaims"}, &NodeAuthorizer::judge_resource_claim},
        {{"resource.k8s.io", "resourceslices"}, &NodeAuthorizer::judge_resource_slice},
        {{"storage.k8s.io", "csinodes"}, &NodeAuthorizer::judge_csi_node},
        {{"storage.k8s.io", "volumeattachments"}, &NodeAuthorizer::judge_attachment},
    };
    if (info.is_resource) {
      const auto found = kJudges.find({info.group, info.resource});
      if (found != kJudges.end()) return (this->*found->second)(node, info);
    }
    const auto& rules = node_rules();
    const bool allowed = std::any_of(rules.begin(), rules.end(),
                                     [&](const rbac::Rule& rule) { return rule.allows(info); });
    return allowed ? kAllowed : Refusal("");
  }

  Refusal related(bool is_related, const std::string& node, const RequestInfo& info) const {
    if (info.name.empty()) return "No Object name found";
    if (is_related) return kAllowed;
    return "no relationship found between node '" + node + "' and this object";
  }
  Refusal needed(Kind kind, const std::string& node, const RequestInfo& info) {
    return related(graph_.needs(node, {kind, info.ns, info.name}), node, info);
  }

  Refusal judge_read(Kind kind, const std::string& node, const RequestInfo& info) {
    if (!among(info.verb, {"get", "list", "watch"})) return "can only read resources of this type";
    if (!info.subresource.empty()) return "cannot read subresource";
    if (info.ns.empty()) return "can only read namespaced object of this type";
    return needed(kind, node, info);
  }
  Refusal judge_secret(const std::string& node, const RequestInfo& info) {
    return judge_read(Kind::kSecret, node, info);
  }
  Refusal judge_config_map(const std::string& node, const RequestInfo& info) {
    return judge_read(Kind::kConfigMap, node, info);
  }

  static Refusal only_get(const RequestInfo& info) {
    if (info.verb != "get") return "can only get individual resources of this type";
    if (!info.subresource.empty()) return "cannot get subresource";
    return kAllowed;
  }
  Refusal judge_volume_claim(const std::string& node, const RequestInfo& info) {
    if (info.subresource == "status") {
      if (!among(info.verb, {"get", "update", "patch"}))
        return "can only get/update/patch this type";
    } else if (auto refusal = only_get(info)) {
      return refusal;
    }
    return needed(Kind::kVolumeClaim, node, info);
  }
  Refusal judge_resource_claim(const std::string& node, const RequestInfo& info) {
    if (auto refusal = only_get(info)) return refusal;
    return needed(Kind::kResourceClaim, node, info);
  }
  Refusal judge_volume(const std::string& node, const RequestInfo& info) {
    if (auto refusal = only_get(info)) return refusal;
    return related(graph_.needs_volume(node, info.name), node, info);
  }
  Refusal judge_attachment(const std::string& node, const RequestInfo& info) {
    if (auto refusal = only_get(info)) return refusal;
    return related(is_of(info, node), node, info);
  }
  // Whether the object says in its spec that it belongs to the node.
  bool is_of(const RequestInfo& info, const std::string& node) const {
    const auto object = cache_.find(info.group, info.resource)->get(info.name);
    return object && object->field("spec.nodeName") == node;
  }

  Refusal judge_service_account(const std::string& node, const RequestInfo& info) {
    if (info.verb == "get" && info.subresource.empty())
      return needed(Kind::kServiceAccount, node, info);
    if (info.verb != "create" || info.name.empty())
      return "can only create tokens for individual service accounts";
    if (info.subresource != "token") return "can only create token subresource of service account";
    return needed(Kind::kServiceAccount, node, info);
  }

  Refusal judge_node(const std::string& node, const RequestInfo& info) {
    if (info.subresource == "status")
      return among(info.verb, {"update", "patch"}) ? kAllowed : Refusal("");
    if (!info.subresource.empty()) return "";
    // Which node it changes is for admission to see.
    if (among(info.verb, {"create", "update", "patch"})) return kAllowed;
    if (!among(info.verb, {"get", "list", "watch"})) return "";
    if (info.name == node) return kAllowed;
    return "node '" + node + "' cannot read all nodes, only its own Node object";
  }

  Refusal judge_pod(const std::string& node, const RequestInfo& info) {
    if (info.subresource == "status")
      return among(info.verb, {"update", "patch"}) ? kAllowed : Refusal("");
    if (info.subresource == "eviction") return info.verb == "create" ? kAllowed : Refusal("");
    if (!info.subresource.empty()) return "";
    if (among(info.verb, {"create", "delete"})) return kAllowed;
    if (info.verb == "get") return needed(Kind::kPod, node, info);
    if (!among(info.verb, {"list", "watch"})) return "";
    if (selects_own_node(info, node)) return kAllowed;
    if (!info.name.empty()) return needed(Kind::kPod, node, info);
    return "can only list/watch pods with spec.nodeName field selector";
  }

  // Objects called as their node. The name of one to be created is not known yet.
  static Refusal own(const std::string& node, const RequestInfo& info, const std::string& what,
                     const std::string& which) {
    if (!among(info.verb, {"get", "create", "update", "patch", "delete"}))
      return "can only get, create, update, patch, or delete a " + what;
    if (info.verb != "create" && info.name != node)
      return "can only access " + which + " with the same name as the requesting node";
    return kAllowed;
  }
  Refusal judge_lease(const std::string& node, const RequestInfo& info) {
    if (info.ns != "kube-node-lease")
      return "can only access leases in the \"kube-node-lease\" system namespace";
    return own(node, info, "node lease", "node lease");
  }
  Refusal judge_csi_node(const std::string& node, const RequestInfo& info) {
    if (!info.subresource.empty()) return "cannot authorize CSINode subresources";
    return own(node, info, "CSINode", "CSINode");
  }
  Refusal judge_resource_slice(const std::string& node, const RequestInfo& info) {
    if (!info.subresource.empty()) return "cannot authorize ResourceSlice subresources";
    if (info.verb == "create") return kAllowed;
    if (among(info.verb, {"get", "update", "patch", "delete"}))
      return related(is_of(info, node), node, info);
    if (selects_own_node(info, node)) return kAllowed;
    return "can only list/watch/deletecollection resourceslices with nodeName field selector";
  }

  Graph& graph_;
  ClusterCache& cache_;
};

}  // namespace

std::optional<std::string> node_of(const Identity& identity) {
  if (!identity.in_group(kNodes) || !identity.name.starts_with(kPrefix)) return std::nullopt;
  return identity.name.substr(kPrefix.size());
}

std::unique_ptr<Authorizer> make_authorizer(Graph& graph, ClusterCache& cache) {
  return std::make_unique<NodeAuthorizer>(graph, cache);
}

}  // namespace kubus::apiserver::node
