// Requests, limits and claims of containers and of pods.
#include <k8s/core/v1/container.pb.h>
#include <k8s/core/v1/resources.pb.h>

#include <map>

#include "kubus/api/quantity.h"
#include "validation/checks.h"
#include "validation/pod_spec.h"
#include "validation/resource_names.h"

namespace kubus::apiserver {
namespace {

constexpr std::string_view kPages = "hugepages-";

using Amounts = google::protobuf::Map<std::string, Quantity>;

bool is_native(const std::string& name) {
  return name.find('/') == std::string::npos || name.find("kubernetes.io/") != std::string::npos;
}

bool is_extended(const std::string& name) {
  return !is_native(name) && !name.starts_with("requests.") &&
         check_qualified_name("requests." + name).empty();
}

void check_pages(const std::string& name, const QuantityValue& value, const Path& path,
                 ErrorList& errors) {
  if (!name.starts_with(kPages)) return;
  const auto size = QuantityValue::parse(std::string_view(name).substr(kPages.size()));
  if (size.ok() && size->sign() > 0 && size->milli_value() % 1000 == 0 &&
      value.value() % size->value() == 0) {
    return;
  }
  errors.invalid(path, value.to_string(),
                 value.to_string() + " is not positive integer multiple of " + name);
}

void check_named_amount(const std::string& name, const Quantity& quantity, NameOf check_name,
                        const Path& path, ErrorList& errors) {
  check_name(name, path, errors);
  check_amount(name, quantity, path, errors);
  check_pages(name, QuantityValue::of(quantity), path, errors);
}

void check_request(const std::string& name, const Quantity& quantity, const Amounts& limits,
                   const Path& path, ErrorList& errors) {
  const auto limit = limits.find(name);
  if (limit == limits.end()) {
    if (!is_overcommittable(name)) {
      errors.required(path.child("limits"), "Limit must be set for non overcommitable resources");
    }
    return;
  }
  const QuantityValue wanted = QuantityValue::of(quantity);
  const QuantityValue most = QuantityValue::of(limit->second);
  const std::string of_limit = name + " limit of " + most.to_string();
  if (!is_overcommittable(name) && wanted != most) {
    errors.invalid(path.child("requests"), wanted.to_string(), "must be equal to " + of_limit);
  } else if (most < wanted) {
    errors.invalid(path.child("requests"), wanted.to_string(),
                   "must be less than or equal to " + of_limit);
  }
}

void check_claims(const core_v1::ResourceRequirements& resources, const ClaimNames& known,
                  const Path& path, ErrorList& errors) {
  std::set<std::string> seen;
  for (int i = 0; i < resources.claims_size(); ++i) {
    const auto& claim = resources.claims(i);
    if (claim.name().empty()) {
      errors.required(path.index(i));
      continue;
    }
    const std::string key =
        claim.request().empty() ? claim.name() : claim.name() + "/" + claim.request();
    if (!seen.insert(key).second) errors.duplicate(path.index(i), key);
    if (known.contains(claim.name())) continue;
    std::string why = "must be one of the names in pod.spec.resourceClaims";
    if (known.empty()) why += " which is empty";
    for (const auto& name : known) why += (&name == &*known.begin() ? ": " : ", ") + name;
    errors.not_found(path.index(i), claim.name(), why);
  }
}

}  // namespace

void check_amount(const std::string& name, const Quantity& quantity, const Path& path,
                  ErrorList& errors) {
  const QuantityValue value = QuantityValue::of(quantity);
  if (value.sign() < 0) {
    errors.invalid(path, value.to_string(), "must be greater than or equal to 0");
  }
  if (is_extended(name) && value.milli_value() % 1000 != 0) {
    errors.invalid(path, value.to_string(), "must be an integer");
  }
}

bool is_overcommittable(const std::string& name) {
  return is_native(name) && !name.starts_with(kPages);
}

void check_resource_name(const std::string& name, const Path& path, ErrorList& errors) {
  check_any_resource_name(name, path, errors);
  if (name.find('/') == std::string::npos) {
    if (name != "cpu" && name != "memory" && name != "ephemeral-storage" &&
        !name.starts_with(kPages)) {
      errors.invalid(path, name, "must be a standard resource for containers");
    }
  } else if (!is_native(name) && !is_extended(name)) {
    errors.invalid(path, name, "doesn't follow extended resource name standard");
  }
}

void check_pod_resource_name(const std::string& name, const Path& path, ErrorList& errors) {
  if (name != "cpu" && name != "memory" && !name.starts_with(kPages)) {
    errors.not_supported(path, name, {"cpu", "hugepages-", "memory"});
  }
}

void check_resources(const core_v1::ResourceRequirements& resources, NameOf check_name,
                     const ClaimNames& claims, const Path& path, ErrorList& errors) {
  if (resources.limits().empty() && resources.requests().empty() && resources.claims().empty()) {
    return;
  }
  bool computes = false;
  bool pages = false;
  const auto note = [&](const std::string& name) {
    computes |= name == "cpu" || name == "memory";
    pages |= name.starts_with(kPages);
  };
  // In an order that does not change.
  const std::map<std::string, Quantity> limits(resources.limits().begin(),
                                               resources.limits().end());
  for (const auto& [name, quantity] : limits) {
    check_named_amount(name, quantity, check_name, path.child("limits").key(name), errors);
    note(name);
  }
  const std::map<std::string, Quantity> requests(resources.requests().begin(),
                                                 resources.requests().end());
  for (const auto& [name, quantity] : requests) {
    check_named_amount(name, quantity, check_name, path.child("requests").key(name), errors);
    check_request(name, quantity, resources.limits(), path, errors);
    note(name);
  }
  if (pages && !computes) errors.forbidden(path, "HugePages require cpu or memory");
  check_claims(resources, claims, path.child("claims"), errors);
}

void check_resize_policy(const core_v1::Container& container, std::string_view restart_policy,
                         const Path& path, ErrorList& errors) {
  std::set<std::string> seen;
  for (int i = 0; i < container.resizepolicy_size(); ++i) {
    const auto& policy = container.resizepolicy(i);
    if (!seen.insert(policy.resourcename()).second) {
      errors.duplicate(path.index(i), policy.resourcename());
    }
    check_one_of(policy.resourcename(), {"cpu", "memory"}, path, errors);
    check_one_of(policy.restartpolicy(), {"NotRequired", "RestartContainer"}, path, errors);
    if (restart_policy == "Never" && policy.restartpolicy() != "NotRequired") {
      errors.invalid(path, policy.restartpolicy(),
                     "must be 'NotRequired' when `restartPolicy` is 'Never'");
    }
  }
}

}  // namespace kubus::apiserver
