#include <k8s/core/v1/limit_range.pb.h>
#include <k8s/core/v1/resource_quota.pb.h>

#include "kubus/api/quantity.h"
#include "validation/checks.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

using QuantityMap = google::protobuf::Map<std::string, Quantity>;

void check_amounts(const QuantityMap& amounts, const Path& path, ErrorList& errors) {
  for (const auto& [name, quantity] : amounts) {
    const Path at = path.key(name);
    check_each(check_qualified_name(name), name, at, errors);
    const QuantityValue value = QuantityValue::of(quantity);
    if (value.sign() < 0) {
      errors.invalid(at, value.to_string(), "must be greater than or equal to 0");
    }
  }
}

void check_quota(const core_v1::ResourceQuota& object, ErrorList& errors) {
  check_amounts(object.spec().hard(), Path("spec").child("hard"), errors);
  const Path scopes = Path("spec").child("scopes");
  for (const std::string& scope : object.spec().scopes()) {
    check_one_of(scope,
                 {"BestEffort", "CrossNamespacePodAffinity", "NotBestEffort", "NotTerminating",
                  "PriorityClass", "Terminating"},
                 scopes, errors);
  }
}

void check_quota_update(const core_v1::ResourceQuota& object, const core_v1::ResourceQuota& old,
                        ErrorList& errors) {
  const auto& now = object.spec().scopes();
  const auto& before = old.spec().scopes();
  if (!std::equal(now.begin(), now.end(), before.begin(), before.end())) {
    errors.invalid_json(Path("spec").child("scopes"), "null", kImmutable);
  }
}

void check_quota_status(const core_v1::ResourceQuota& object, const core_v1::ResourceQuota& /*old*/,
                        ErrorList& errors) {
  check_amounts(object.status().hard(), Path("status").child("hard"), errors);
  check_amounts(object.status().used(), Path("status").child("used"), errors);
}

// For each name that both maps have: what stands in `low` must not be above what is in `high`.
void check_order(const QuantityMap& low, std::string_view low_name, const QuantityMap& high,
                 std::string_view high_name, const Path& path, ErrorList& errors) {
  for (const auto& [name, quantity] : low) {
    const auto found = high.find(name);
    if (found == high.end()) continue;
    const QuantityValue value = QuantityValue::of(quantity);
    const QuantityValue bound = QuantityValue::of(found->second);
    if (value <= bound) continue;
    errors.invalid(path.child(low_name).key(name), value.to_string(),
                   std::string(low_name) + " value " + value.to_string() + " is greater than " +
                       std::string(high_name) + " value " + bound.to_string());
  }
}

void check_limit_range(const core_v1::LimitRange& object, ErrorList& errors) {
  const Path path = Path("spec").child("limits");
  std::vector<std::string> types;
  for (int i = 0; i < object.spec().limits_size(); ++i) {
    const auto& item = object.spec().limits(i);
    const Path at = path.index(static_cast<std::size_t>(i));
    if (std::find(types.begin(), types.end(), item.type()) != types.end()) {
      errors.duplicate(at.child("type"), item.type());
    }
    types.push_back(item.type());
    for (const auto& [amounts, name] :
         {std::pair<const QuantityMap&, std::string_view>(item.max(), "max"),
          std::pair<const QuantityMap&, std::string_view>(item.min(), "min"),
          std::pair<const QuantityMap&, std::string_view>(item.default_(), "default"),
          std::pair<const QuantityMap&, std::string_view>(item.defaultrequest(),
                                                          "defaultRequest")}) {
      check_amounts(amounts, at.child(name), errors);
    }
    if (item.type() == "Pod") {
      if (!item.default_().empty()) {
        errors.forbidden(at.child("default"), "may not be specified when `type` is 'Pod'");
      }
      if (!item.defaultrequest().empty()) {
        errors.forbidden(at.child("defaultRequest"), "may not be specified when `type` is 'Pod'");
      }
    }
    check_order(item.min(), "min", item.max(), "max", at, errors);
    check_order(item.defaultrequest(), "default request", item.max(), "max", at, errors);
    check_order(item.defaultrequest(), "default request", item.default_(), "default limit", at,
                errors);
    check_order(item.default_(), "default", item.max(), "max", at, errors);
  }
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.core.v1.ResourceQuota", check_as<core_v1::ResourceQuota, check_quota>,
     compare_as<core_v1::ResourceQuota, check_quota_update>, nullptr,
     compare_as<core_v1::ResourceQuota, check_quota_status>},
    {"k8s.io.api.core.v1.LimitRange", check_as<core_v1::LimitRange, check_limit_range>},
};

}  // namespace

std::span<const Validator> quota_validators() { return kValidators; }

}  // namespace kubus::apiserver
