#include "fairness/default_objects.h"

#include <k8s/meta/v1/object_meta.pb.h>

#include <initializer_list>
#include <string>

#include "defaults/defaults.h"
#include "validation/checks.h"

namespace kubus::apiserver::fairness {
namespace {

using flowcontrol_v1::PolicyRulesWithSubjects;
using Names = std::initializer_list<const char*>;

template <class List>
void add_names(List* list, Names names) {
  for (const auto* name : names) list->Add(name);
}

struct LevelRow {
  const char* name;
  int shares;
  int lendable;
  int queues;  // 0: Reject
  int hand;
};

constexpr int kQueueLength = 50;
constexpr LevelRow kLevels[] = {
    {"catch-all", 5, 0, 0, 0},         {"system", 30, 33, 64, 6},
    {"node-high", 40, 25, 64, 6},      {"leader-election", 10, 0, 16, 4},
    {"workload-high", 40, 50, 128, 6}, {"workload-low", 100, 90, 128, 6},
    {"global-default", 20, 50, 128, 6}};

PriorityLevelConfiguration to_level(const LevelRow& row) {
  PriorityLevelConfiguration level;
  level.mutable_metadata()->set_name(row.name);
  level.mutable_spec()->set_type("Limited");
  auto& limited = *level.mutable_spec()->mutable_limited();
  limited.set_nominalconcurrencyshares(row.shares);
  limited.set_lendablepercent(row.lendable);
  auto& response = *limited.mutable_limitresponse();
  response.set_type(row.queues > 0 ? "Queue" : "Reject");
  if (row.queues == 0) return level;
  response.mutable_queuing()->set_queues(row.queues);
  response.mutable_queuing()->set_handsize(row.hand);
  response.mutable_queuing()->set_queuelengthlimit(kQueueLength);
  return level;
}

void add_users(PolicyRulesWithSubjects& rule, Names names) {
  for (const auto* name : names) {
    auto& subject = *rule.add_subjects();
    subject.set_kind("User");
    subject.mutable_user()->set_name(name);
  }
}

void add_groups(PolicyRulesWithSubjects& rule, Names names) {
  for (const auto* name : names) {
    auto& subject = *rule.add_subjects();
    subject.set_kind("Group");
    subject.mutable_group()->set_name(name);
  }
}

void add_accounts(PolicyRulesWithSubjects& rule, Names names) {
  for (const auto* name : names) {
    auto& subject = *rule.add_subjects();
    subject.set_kind("ServiceAccount");
    subject.mutable_serviceaccount()->set_namespace_("kube-system");
    subject.mutable_serviceaccount()->set_name(name);
  }
}

void add_everybody(PolicyRulesWithSubjects& rule) {
  add_groups(rule, {"system:unauthenticated", "system:authenticated"});
}

void add_resources(PolicyRulesWithSubjects& rule, Names verbs, const char* group, Names resources,
                   bool cluster_scope) {
  auto& resource = *rule.add_resourcerules();
  add_names(resource.mutable_verbs(), verbs);
  resource.add_apigroups(group);
  add_names(resource.mutable_resources(), resources);
  resource.set_clusterscope(cluster_scope);
  resource.add_namespaces("*");
}

void add_paths(PolicyRulesWithSubjects& rule, const char* verb, Names paths) {
  auto& path = *rule.add_nonresourcerules();
  path.add_verbs(verb);
  add_names(path.mutable_nonresourceurls(), paths);
}

void add_everything(PolicyRulesWithSubjects& rule) {
  add_resources(rule, {"*"}, "*", {"*"}, true);
  add_paths(rule, "*", {"*"});
}

void add_lease_use(PolicyRulesWithSubjects& rule) {
  add_resources(rule, {"get", "create", "update"}, "coordination.k8s.io", {"leases"}, false);
}

struct SchemaRow {
  const char* name;
  const char* level;
  int precedence;
  const char* method;  // empty: all is one flow
  void (*fill)(PolicyRulesWithSubjects& rule);
};

constexpr const char* kControllers = "system:kube-controller-manager";
constexpr const char* kScheduler = "system:kube-scheduler";

const SchemaRow kSchemas[] = {
    {"exempt", "exempt", 1, "",
     [](PolicyRulesWithSubjects& rule) {
       add_groups(rule, {"system:masters"});
       add_everything(rule);
     }},
    {"probes", "exempt", 2, "",
     [](PolicyRulesWithSubjects& rule) {
       add_everybody(rule);
       add_paths(rule, "get", {"/healthz", "/readyz", "/livez"});
     }},
    {"system-leader-election", "leader-election", 100, "ByUser",
     [](PolicyRulesWithSubjects& rule) {
       add_users(rule, {kControllers, kScheduler});
       add_accounts(rule, {"*"});
       add_lease_use(rule);
     }},
    {"endpoint-controller", "workload-high", 150, "ByUser",
     [](PolicyRulesWithSubjects& rule) {
       add_users(rule, {kControllers});
       add_accounts(rule, {"endpoint-controller", "endpointslicemirroring-controller"});
       add_resources(rule, {"get", "create", "update"}, "", {"endpoints"}, false);
     }},
    {"workload-leader-election", "leader-election", 200, "ByUser",
     [](PolicyRulesWithSubjects& rule) {
       add_accounts(rule, {"*"});
       add_resources(rule, {"get", "create", "update"}, "", {"endpoints", "configmaps"}, false);
       add_lease_use(rule);
     }},
    {"system-node-high", "node-high", 400, "ByUser",
     [](PolicyRulesWithSubjects& rule) {
       add_groups(rule, {"system:nodes"});
       add_resources(rule, {"*"}, "", {"nodes", "nodes/status"}, true);
       add_resources(rule, {"*"}, "coordination.k8s.io", {"leases"}, false);
     }},
    {"system-nodes", "system", 500, "ByUser",
     [](PolicyRulesWithSubjects& rule) {
       add_groups(rule, {"system:nodes"});
       add_everything(rule);
     }},
    {"kube-controller-manager", "workload-high", 800, "ByNamespace",
     [](PolicyRulesWithSubjects& rule) {
       add_users(rule, {kControllers});
       add_everything(rule);
     }},
    {"kube-scheduler", "workload-high", 800, "ByNamespace",
     [](PolicyRulesWithSubjects& rule) {
       add_users(rule, {kScheduler});
       add_everything(rule);
     }},
    {"kube-system-service-accounts", "workload-high", 900, "ByNamespace",
     [](PolicyRulesWithSubjects& rule) {
       add_accounts(rule, {"*"});
       add_everything(rule);
     }},
    {"service-accounts", "workload-low", 9000, "ByUser",
     [](PolicyRulesWithSubjects& rule) {
       add_groups(rule, {"system:serviceaccounts"});
       add_everything(rule);
     }},
    {"global-default", "global-default", 9900, "ByUser",
     [](PolicyRulesWithSubjects& rule) {
       add_everybody(rule);
       add_everything(rule);
     }},
    {"catch-all", "catch-all", 10000, "ByUser",
     [](PolicyRulesWithSubjects& rule) {
       add_everybody(rule);
       add_everything(rule);
     }},
};

}  // namespace

std::vector<PriorityLevelConfiguration> default_levels() {
  std::vector<PriorityLevelConfiguration> levels;
  auto& exempt = levels.emplace_back();
  exempt.mutable_metadata()->set_name(std::string(kExempt));
  exempt.mutable_spec()->set_type("Exempt");
  exempt.mutable_spec()->mutable_exempt()->set_nominalconcurrencyshares(0);
  exempt.mutable_spec()->mutable_exempt()->set_lendablepercent(0);
  for (const auto& row : kLevels) levels.push_back(to_level(row));
  return levels;
}

std::vector<FlowSchema> default_schemas() {
  std::vector<FlowSchema> schemas;
  for (const auto& row : kSchemas) {
    auto& schema = schemas.emplace_back();
    schema.mutable_metadata()->set_name(row.name);
    auto& spec = *schema.mutable_spec();
    spec.mutable_prioritylevelconfiguration()->set_name(row.level);
    spec.set_matchingprecedence(row.precedence);
    if (*row.method) spec.mutable_distinguishermethod()->set_type(row.method);
    row.fill(*spec.add_rules());
  }
  return schemas;
}

namespace {

// Whether `object` wants the same as the one of `fixed` that has its name, where there is one.
template <class T>
bool is_as_fixed(const T& object, const std::vector<T>& fixed) {
  for (T one : fixed) {
    if (one.metadata().name() != object.metadata().name()) continue;
    apply_defaults(one);
    return equal(one.spec(), object.spec());
  }
  return true;
}

template <class T>
void refuse(const T& object, const char* but, ErrorList& errors) {
  errors.invalid_json(
      Path("spec"), internal_json(object.spec()),
      "spec of '" + object.metadata().name() + "'" + but + " must equal the fixed value");
}

void check_level(const PriorityLevelConfiguration& level, ErrorList& errors) {
  const bool exempt = level.metadata().name() == kExempt;
  PriorityLevelConfiguration fixed_part = level;
  auto levels = default_levels();
  if (exempt) {
    // How much it lends is the administrator's.
    fixed_part.mutable_spec()->clear_exempt();
    for (auto& one : levels) one.mutable_spec()->clear_exempt();
  }
  if (!is_as_fixed(fixed_part, levels))
    refuse(level, exempt ? " except the 'spec.exempt' field" : "", errors);
}

}  // namespace

void check_mandatory(const google::protobuf::Message& object, ErrorList& errors) {
  const auto* metadata = metadata_of(object);
  if (!metadata || !is_mandatory(metadata->name())) return;
  if (object.GetDescriptor() == FlowSchema::descriptor()) {
    const auto& schema = static_cast<const FlowSchema&>(object);
    if (!is_as_fixed(schema, default_schemas())) refuse(schema, "", errors);
  } else if (object.GetDescriptor() == PriorityLevelConfiguration::descriptor()) {
    check_level(static_cast<const PriorityLevelConfiguration&>(object), errors);
  }
}

}  // namespace kubus::apiserver::fairness
