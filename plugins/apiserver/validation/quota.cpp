#include <k8s/core/v1/resource_quota.pb.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "kubus/api/quantity.h"
#include "validation/checks.h"
#include "validation/resource_names.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

using QuantityMap = google::protobuf::Map<std::string, Quantity>;
using Requirement = core_v1::ScopedResourceSelectorRequirement;

constexpr std::array<std::string_view, 7> kScopes = {
    "BestEffort",  "CrossNamespacePodAffinity", "NotBestEffort", "NotTerminating", "PriorityClass",
    "Terminating", "VolumeAttributesClass"};
constexpr std::array<std::string_view, 10> kCompute = {"pods",
                                                       "cpu",
                                                       "memory",
                                                       "requests.cpu",
                                                       "requests.memory",
                                                       "limits.cpu",
                                                       "limits.memory",
                                                       "ephemeral-storage",
                                                       "requests.ephemeral-storage",
                                                       "limits.ephemeral-storage"};
// Counted as whole things.
constexpr std::array<std::string_view, 9> kWhole = {"pods",
                                                    "services",
                                                    "replicationcontrollers",
                                                    "resourcequotas",
                                                    "secrets",
                                                    "configmaps",
                                                    "persistentvolumeclaims",
                                                    "services.nodeports",
                                                    "services.loadbalancers"};

template <std::size_t kSize>
bool among(const std::array<std::string_view, kSize>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void check_amounts(const QuantityMap& amounts, const Path& path, ErrorList& errors) {
  // In an order that does not change.
  const std::map<std::string, Quantity> sorted(amounts.begin(), amounts.end());
  for (const auto& [name, quantity] : sorted) {
    const Path at = path.key(name);
    check_quota_resource_name(name, at, errors);
    const QuantityValue value = QuantityValue::of(quantity);
    if (value.sign() < 0)
      errors.invalid(at, value.to_string(), "must be greater than or equal to 0");
    const bool whole = among(kWhole, name) || name.find('/') != std::string::npos;
    if (whole && value.milli_value() % 1000 != 0)
      errors.invalid(at, value.to_string(), "must be an integer");
  }
}

// Scopes are about what pods are: other resources have none.
bool scope_fits(std::string_view scope, std::string_view name) {
  if (scope == "BestEffort") return name == "pods";
  if (scope == "VolumeAttributesClass")
    return name == "persistentvolumeclaims" || name == "requests.storage";
  return among(kCompute, name);
}

// How many resources the scope says nothing about, each of which is told.
int misfits(std::string_view scope, const QuantityMap& hard) {
  return static_cast<int>(std::count_if(hard.begin(), hard.end(), [&](const auto& entry) {
    return is_standard_quota_resource(entry.first) && !scope_fits(scope, entry.first);
  }));
}

template <class Strings>
std::string list_json(const Strings& values) {
  std::string json = "[";
  for (const auto& value : values) json += (json.size() > 1 ? "," : "") + apiserver::quoted(value);
  return json + "]";
}

void check_scopes(const core_v1::ResourceQuotaSpec& spec, ErrorList& errors) {
  const Path path = Path("spec").child("scopes");
  const std::string shown = list_json(spec.scopes());
  std::set<std::string> scopes;
  for (const std::string& scope : spec.scopes()) {
    scopes.insert(scope);
    if (!among(kScopes, scope)) errors.invalid_json(path, shown, "unsupported scope");
    for (int i = misfits(scope, spec.hard()); i > 0; --i)
      errors.invalid_json(path, shown, "unsupported scope applied to resource");
  }
  for (const auto& [one, other] :
       {std::pair("BestEffort", "NotBestEffort"), std::pair("Terminating", "NotTerminating")})
    if (scopes.contains(one) && scopes.contains(other))
      errors.invalid_json(path, shown, "conflicting scopes");
}

void check_operator(const Requirement& requirement, const Path& path, ErrorList& errors) {
  const auto& op = requirement.operator_();
  if (requirement.scopename() != "PriorityClass" &&
      requirement.scopename() != "VolumeAttributesClass" &&
      among(kScopes, requirement.scopename()) && op != "Exists")
    errors.invalid(path.child("operator"), op,
                   "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, "
                   "ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, "
                   "ResourceQuotaScopeNotBestEffort or "
                   "ResourceQuotaScopeCrossNamespacePodAffinity");
  if (op == "In" || op == "NotIn") {
    if (requirement.values().empty())
      errors.required(path.child("values"),
                      "must be at least one value when `operator` is 'In' or 'NotIn' for scope "
                      "selector");
  } else if (op == "Exists" || op == "DoesNotExist") {
    if (!requirement.values().empty())
      errors.invalid_json(path.child("values"), list_json(requirement.values()),
                          "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope "
                          "selector");
  } else {
    errors.invalid(path.child("operator"), op, "not a valid selector operator");
  }
}

void check_scope_selector(const core_v1::ResourceQuotaSpec& spec, ErrorList& errors) {
  const Path path = Path("spec").child("scopeSelector").child("matchExpressions");
  for (const auto& requirement : spec.scopeselector().matchexpressions()) {
    const auto& scope = requirement.scopename();
    if (!among(kScopes, scope)) errors.invalid(path.child("scopeName"), scope, "unsupported scope");
    for (int i = misfits(scope, spec.hard()); i > 0; --i)
      errors.invalid_json(path, message_json(spec.scopeselector()),
                          "unsupported scope applied to resource");
    check_operator(requirement, path, errors);
  }
}

void check_quota(const core_v1::ResourceQuota& object, ErrorList& errors) {
  check_amounts(object.spec().hard(), Path("spec").child("hard"), errors);
  check_scopes(object.spec(), errors);
  check_scope_selector(object.spec(), errors);
}

void check_quota_update(const core_v1::ResourceQuota& object, const core_v1::ResourceQuota& old,
                        ErrorList& errors) {
  const std::set<std::string> now(object.spec().scopes().begin(), object.spec().scopes().end());
  const std::set<std::string> before(old.spec().scopes().begin(), old.spec().scopes().end());
  if (now != before)
    errors.invalid_json(Path("spec").child("scopes"), list_json(object.spec().scopes()),
                        kImmutable);
}

void check_quota_status(const core_v1::ResourceQuota& object, const core_v1::ResourceQuota& /*old*/,
                        ErrorList& errors) {
  check_amounts(object.status().hard(), Path("status").child("hard"), errors);
  check_amounts(object.status().used(), Path("status").child("used"), errors);
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.core.v1.ResourceQuota", check_as<core_v1::ResourceQuota, check_quota>,
     compare_as<core_v1::ResourceQuota, check_quota_update>, nullptr,
     compare_as<core_v1::ResourceQuota, check_quota_status>},
};

}  // namespace

std::span<const Validator> quota_validators() { return kValidators; }

}  // namespace kubus::apiserver
