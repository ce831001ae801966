#include <k8s/batch/v1/job.pb.h>

#include <set>

#include "validation/checks.h"
#include "validation/index_list.h"
#include "validation/job.h"

namespace kubus::apiserver {
namespace {

constexpr std::size_t kMostRules = 20;
constexpr std::size_t kMostPatterns = 20;
constexpr std::size_t kMostExitCodes = 255;

using Rule = batch_v1::PodFailurePolicyRule;
using ExitCodes = batch_v1::PodFailurePolicyOnExitCodesRequirement;

void check_count(int count, std::size_t most, const Path& path, ErrorList& errors) {
  const auto actual = static_cast<std::size_t>(count);
  if (actual > most) errors.too_many(path, actual, most);
}

void check_action(const batch_v1::JobSpec& spec, const Rule& rule, const Path& path,
                  ErrorList& errors) {
  if (rule.action().empty()) {
    errors.required(path, R"(valid values: ["Count" "FailIndex" "FailJob" "Ignore"])");
  } else if (rule.action() == "FailIndex") {
    if (!spec.has_backofflimitperindex()) {
      errors.invalid(path, rule.action(), "requires the backoffLimitPerIndex to be set");
    }
  } else if (rule.action() != "Count" && rule.action() != "FailJob" && rule.action() != "Ignore") {
    errors.not_supported(path, rule.action(), {"Count", "FailIndex", "FailJob", "Ignore"});
  }
}

void check_code_values(const ExitCodes& codes, const Path& path, ErrorList& errors) {
  if (codes.values().empty()) {
    errors.invalid_json(path, "null", "at least one value is required");
  }
  check_count(codes.values_size(), kMostExitCodes, path, errors);
  std::set<std::int32_t> seen;
  bool ordered = true;
  for (int i = 0; i < codes.values_size(); ++i) {
    const std::int32_t code = codes.values(i);
    if (codes.operator_() == "In" && code == 0) {
      errors.invalid(path.index(i), code, "must not be 0 for the In operator");
    }
    if (!seen.insert(code).second) errors.duplicate_json(path.index(i), std::to_string(code));
    ordered &= i == 0 || codes.values(i - 1) <= code;
  }
  if (!ordered) errors.invalid_json(path, numbers_json(codes.values()), "must be ordered");
}

void check_exit_codes(const ExitCodes& codes, const std::set<std::string>& containers,
                      const Path& path, ErrorList& errors) {
  const Path op = path.child("operator");
  if (codes.operator_().empty()) {
    errors.required(op, R"(valid values: ["In" "NotIn"])");
  } else if (codes.operator_() != "In" && codes.operator_() != "NotIn") {
    errors.not_supported(op, codes.operator_(), {"In", "NotIn"});
  }
  if (codes.has_containername() && !containers.contains(codes.containername())) {
    errors.invalid(path.child("containerName"), codes.containername(),
                   "must be one of the container or initContainer names in the pod template");
  }
  check_code_values(codes, path.child("values"), errors);
}

void check_patterns(const Rule& rule, const Path& path, ErrorList& errors) {
  check_count(rule.onpodconditions_size(), kMostPatterns, path, errors);
  for (int i = 0; i < rule.onpodconditions_size(); ++i) {
    const auto& pattern = rule.onpodconditions(i);
    errors.invalid_each(path.index(i).child("type"), pattern.type(),
                        check_qualified_name(pattern.type()));
    if (pattern.status() != "True" && pattern.status() != "False" &&
        pattern.status() != "Unknown") {
      errors.not_supported(path.index(i).child("status"), pattern.status(),
                           {"False", "True", "Unknown"});
    }
  }
}

void check_success_rule(const batch_v1::JobSpec& spec, const batch_v1::SuccessPolicyRule& rule,
                        const Path& path, ErrorList& errors) {
  if (!rule.has_succeededcount() && !rule.has_succeededindexes()) {
    return errors.required(path,
                           "at least one of succeededCount or succeededIndexes must be specified");
  }
  IndexList indexes;
  if (rule.has_succeededindexes()) {
    indexes = read_indexes(rule.succeededindexes(), spec.completions());
    if (!indexes.wrong.empty()) {
      errors.invalid(path.child("succeededIndexes"), rule.succeededindexes(),
                     "error parsing succeededIndexes: " + indexes.wrong);
    }
  }
  if (!rule.has_succeededcount()) return;
  const Path count = path.child("succeededCount");
  check_non_negative(rule.succeededcount(), count, errors);
  const std::string most = "must be less than or equal to ";
  if (rule.succeededcount() > spec.completions()) {
    errors.invalid(
        count, rule.succeededcount(),
        most + std::to_string(spec.completions()) + " (the number of specified completions)");
  }
  if (rule.has_succeededindexes() && indexes.wrong.empty() &&
      rule.succeededcount() > indexes.count) {
    errors.invalid(count, rule.succeededcount(),
                   most + std::to_string(indexes.count) +
                       " (the number of indexes in the specified succeededIndexes field)");
  }
}

}  // namespace

void check_failure_policy(const batch_v1::JobSpec& spec, const Path& path, ErrorList& errors) {
  std::set<std::string> containers;
  for (const auto& container : spec.template_().spec().containers())
    containers.insert(container.name());
  for (const auto& container : spec.template_().spec().initcontainers())
    containers.insert(container.name());
  const Path rules = path.child("rules");
  check_count(spec.podfailurepolicy().rules_size(), kMostRules, rules, errors);
  for (int i = 0; i < spec.podfailurepolicy().rules_size(); ++i) {
    const Rule& rule = spec.podfailurepolicy().rules(i);
    const Path at = rules.index(i);
    check_action(spec, rule, at.child("action"), errors);
    if (rule.has_onexitcodes()) {
      check_exit_codes(rule.onexitcodes(), containers, at.child("onExitCodes"), errors);
    }
    check_patterns(rule, at.child("onPodConditions"), errors);
    if (rule.has_onexitcodes() && !rule.onpodconditions().empty()) {
      errors.invalid_unseen(at, "specifying both OnExitCodes and OnPodConditions is not supported");
    } else if (!rule.has_onexitcodes() && rule.onpodconditions().empty()) {
      errors.invalid_unseen(at, "specifying one of OnExitCodes and OnPodConditions is required");
    }
  }
}

void check_success_policy(const batch_v1::JobSpec& spec, const Path& path, ErrorList& errors) {
  const auto& policy = spec.successpolicy();
  const Path rules = path.child("rules");
  if (policy.rules().empty()) {
    errors.required(
        rules, "at least one rules must be specified when the " + path.str() + " is specified");
  }
  check_count(policy.rules_size(), kMostRules, rules, errors);
  for (int i = 0; i < policy.rules_size(); ++i) {
    check_success_rule(spec, policy.rules(i), rules.index(i), errors);
  }
}

}  // namespace kubus::apiserver
