#include <k8s/flowcontrol/v1/flow_schema.pb.h>
#include <k8s/flowcontrol/v1/priority_level.pb.h>

#include <algorithm>

#include "validation/checks.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

using flowcontrol_v1::FlowSchema;
using flowcontrol_v1::FlowSchemaSpec;
using flowcontrol_v1::LimitedPriorityLevelConfiguration;
using flowcontrol_v1::PriorityLevelConfiguration;

constexpr std::int32_t kMostPrecedence = 10'000;
constexpr std::int32_t kMostQueues = 10'000'000;

template <class List>
bool holds(const List& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

void check_subject(const flowcontrol_v1::Subject& subject, const Path& path, ErrorList& errors) {
  const std::string& kind = subject.kind();
  if (kind == "User") {
    if (!subject.has_user()) {
      errors.required(path.child("user"), "user is required when subject kind is 'User'");
    } else if (subject.user().name().empty()) {
      errors.required(path.child("user").child("name"));
    }
  } else if (kind == "Group") {
    if (!subject.has_group()) {
      errors.required(path.child("group"), "group is required when subject kind is 'Group'");
    } else if (subject.group().name().empty()) {
      errors.required(path.child("group").child("name"));
    }
  } else if (kind == "ServiceAccount") {
    const Path at = path.child("serviceAccount");
    if (!subject.has_serviceaccount()) {
      return errors.required(at,
                             "serviceAccount is required when subject kind is "
                             "'ServiceAccount'");
    }
    const auto& account = subject.serviceaccount();
    if (account.name().empty()) {
      errors.required(at.child("name"));
    } else if (account.name() != "*") {
      errors.invalid_each(at.child("name"), account.name(),
                          check_dns1123_subdomain(account.name()));
    }
    if (account.namespace_().empty()) {
      errors.required(at.child("namespace"), "must specify namespace for service account");
    } else {
      errors.invalid_each(at.child("namespace"), account.namespace_(),
                          check_dns1123_label(account.namespace_()));
    }
  } else {
    errors.not_supported(path.child("kind"), kind, {"Group", "ServiceAccount", "User"});
  }
}

template <class List>
void check_wildcard(const List& list, std::string_view missing, std::string_view what,
                    const Path& path, ErrorList& errors) {
  if (list.empty()) {
    errors.required(path, missing);
  } else if (list.size() > 1 && holds(list, "*")) {
    errors.invalid_json(path, list_json(list),
                        "if '*' is present, must not specify other " + std::string(what));
  }
}

void check_resources_of(const flowcontrol_v1::ResourcePolicyRule& rule, const Path& path,
                        ErrorList& errors) {
  check_wildcard(rule.verbs(), "verbs must contain at least one value", "verbs",
                 path.child("verbs"), errors);
  check_wildcard(rule.apigroups(), "resource rules must supply at least one api group",
                 "api groups", path.child("apiGroups"), errors);
  check_wildcard(rule.resources(), "resource rules must supply at least one resource", "resources",
                 path.child("resources"), errors);
  const Path spaces = path.child("namespaces");
  if (rule.namespaces().empty() && !rule.clusterscope()) {
    errors.required(spaces,
                    "resource rules that are not cluster scoped must supply at least one "
                    "namespace");
  }
  for (int i = 0; i < rule.namespaces_size(); ++i) {
    const std::string& name = rule.namespaces(i);
    if (name != "*") errors.invalid_each(spaces.index(i), name, check_dns1123_label(name));
  }
}

void check_rule(const flowcontrol_v1::PolicyRulesWithSubjects& rule, const Path& path,
                ErrorList& errors) {
  if (rule.subjects().empty()) {
    errors.required(path.child("subjects"), "subjects must contain at least one value");
  }
  for (int i = 0; i < rule.subjects_size(); ++i) {
    check_subject(rule.subjects(i), path.child("subjects").index(i), errors);
  }
  if (rule.resourcerules().empty() && rule.nonresourcerules().empty()) {
    errors.required(path, "at least one of resourceRules and nonResourceRules has to be non-empty");
  }
  for (int i = 0; i < rule.resourcerules_size(); ++i) {
    check_resources_of(rule.resourcerules(i), path.child("resourceRules").index(i), errors);
  }
  for (int i = 0; i < rule.nonresourcerules_size(); ++i) {
    const Path at = path.child("nonResourceRules").index(i);
    check_wildcard(rule.nonresourcerules(i).verbs(), "verbs must contain at least one value",
                   "verbs", at.child("verbs"), errors);
    check_wildcard(rule.nonresourcerules(i).nonresourceurls(),
                   "nonResourceURLs must contain at least one value", "non-resource URLs",
                   at.child("nonResourceURLs"), errors);
  }
}

void check_schema(const FlowSchema& object, ErrorList& errors) {
  const Path path("spec");
  const FlowSchemaSpec& spec = object.spec();
  const Path precedence = path.child("matchingPrecedence");
  if (spec.matchingprecedence() <= 0) {
    errors.invalid(precedence, spec.matchingprecedence(), "must be a positive value");
  }
  if (spec.matchingprecedence() > kMostPrecedence) {
    errors.invalid(precedence, spec.matchingprecedence(), "must not be greater than 10000");
  }
  if (spec.matchingprecedence() == 1 && object.metadata().name() != "exempt") {
    errors.invalid(precedence, spec.matchingprecedence(),
                   "only the schema named 'exempt' may have matchingPrecedence 1");
  }
  if (spec.has_distinguishermethod() && spec.distinguishermethod().type() != "ByUser" &&
      spec.distinguishermethod().type() != "ByNamespace") {
    errors.not_supported(path.child("distinguisherMethod").child("type"),
                         spec.distinguishermethod().type(), {"ByNamespace", "ByUser"});
  }
  const std::string& level = spec.prioritylevelconfiguration().name();
  const Path name = path.child("priorityLevelConfiguration").child("name");
  if (level.empty()) {
    errors.required(name, "must reference a priority level");
  } else {
    errors.invalid_each(name, level, check_dns1123_subdomain(level));
  }
  for (int i = 0; i < spec.rules_size(); ++i) {
    check_rule(spec.rules(i), path.child("rules").index(i), errors);
  }
}

void check_queuing(const flowcontrol_v1::QueuingConfiguration& queuing, const Path& path,
                   ErrorList& errors) {
  if (queuing.queuelengthlimit() <= 0) {
    errors.invalid(path.child("queueLengthLimit"), queuing.queuelengthlimit(), "must be positive");
  }
  const Path queues = path.child("queues");
  if (queuing.queues() <= 0) {
    errors.invalid(queues, queuing.queues(), "must be positive");
  } else if (queuing.queues() > kMostQueues) {
    errors.invalid(queues, queuing.queues(),
                   "must not be greater than " + std::to_string(kMostQueues));
  }
  const Path hand = path.child("handSize");
  if (queuing.handsize() <= 0) {
    errors.invalid(hand, queuing.handsize(), "must be positive");
  } else if (queuing.handsize() > queuing.queues()) {
    errors.invalid(hand, queuing.handsize(),
                   "should not be greater than queues (" + std::to_string(queuing.queues()) + ")");
  }
}

void check_percent_of(bool present, std::int32_t percent, const Path& path, ErrorList& errors) {
  if (present && (percent < 0 || percent > 100)) {
    errors.invalid(path, percent, "must be between 0 and 100, inclusive");
  }
}

void check_limited(const LimitedPriorityLevelConfiguration& limited, const Path& path,
                   ErrorList& errors) {
  if (limited.nominalconcurrencyshares() < 0) {
    errors.invalid(path.child("nominalConcurrencyShares"), limited.nominalconcurrencyshares(),
                   "must be a non-negative integer");
  }
  const auto& response = limited.limitresponse();
  const Path at = path.child("limitResponse");
  if (response.type() == "Reject") {
    if (response.has_queuing()) {
      errors.forbidden(at.child("queuing"),
                       "must be nil if limited.limitResponse.type is not Limited");
    }
  } else if (response.type() == "Queue") {
    if (response.has_queuing()) {
      check_queuing(response.queuing(), at.child("queuing"), errors);
    } else {
      errors.required(at.child("queuing"),
                      "must not be empty if limited.limitResponse.type is Limited");
    }
  } else if (response.type().empty()) {
    errors.required(at.child("type"));
  } else {
    errors.not_supported(at.child("type"), response.type(), {"Queue", "Reject"});
  }
  check_percent_of(limited.has_lendablepercent(), limited.lendablepercent(),
                   path.child("lendablePercent"), errors);
  if (limited.borrowinglimitpercent() < 0) {
    errors.invalid(path.child("borrowingLimitPercent"), limited.borrowinglimitpercent(),
                   "if specified, must be a non-negative integer");
  }
}

void check_level(const PriorityLevelConfiguration& object, ErrorList& errors) {
  const Path path("spec");
  const auto& spec = object.spec();
  if ((object.metadata().name() == "exempt") != (spec.type() == "Exempt")) {
    errors.invalid(path.child("type"), spec.type(),
                   "type must be 'Exempt' if and only if name is 'exempt'");
  }
  if (spec.type() == "Exempt") {
    if (spec.has_limited()) {
      errors.forbidden(path.child("limited"), "must be nil if the type is not Limited");
    }
    check_percent_of(spec.exempt().has_lendablepercent(), spec.exempt().lendablepercent(),
                     path.child("exempt").child("lendablePercent"), errors);
  } else if (spec.type() == "Limited") {
    if (spec.has_exempt()) {
      errors.forbidden(path.child("exempt"), "must be nil if the type is Limited");
    }
    if (spec.has_limited()) {
      check_limited(spec.limited(), path.child("limited"), errors);
    } else {
      errors.required(path.child("limited"), "must not be empty when type is Limited");
    }
  } else {
    errors.not_supported(path.child("type"), spec.type(), {"Exempt", "Limited"});
  }
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.flowcontrol.v1.FlowSchema", check_as<FlowSchema, check_schema>},
    {"k8s.io.api.flowcontrol.v1.PriorityLevelConfiguration",
     check_as<PriorityLevelConfiguration, check_level>},
};

}  // namespace

std::span<const Validator> flow_control_validators() { return kValidators; }

}  // namespace kubus::apiserver
