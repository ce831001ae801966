#include "validation/tolerated.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace kubus::apiserver {
namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// In a selector of pods or namespaces beside which, or away from which, a pod wants to be.
bool in_affinity_selector(const FieldError& error) {
  const std::string_view path = error.path;
  return (has(path, ".podAffinity.") || has(path, ".podAntiAffinity.")) &&
         (has(path, ".labelSelector.") || has(path, ".namespaceSelector."));
}

bool is_value_in_affinity(const FieldError& error) {
  return in_affinity_selector(error) && has(error.path, "].values[");
}

bool is_value_of_node(const FieldError& error) {
  return has(error.path, ".nodeSelectorTerms[") && has(error.path, ".matchExpressions[") &&
         has(error.path, "].values[");
}

bool in_spread_selector(const FieldError& error) {
  return has(error.path, ".topologySpreadConstraints[") && has(error.path, "].labelSelector.");
}

bool in_spread_keys(const FieldError& error) {
  return has(error.path, ".topologySpreadConstraints[") && has(error.path, "].matchLabelKeys");
}

bool is_sysctl_of_host(const FieldError& error) {
  return has(error.path, ".sysctls[") && error.detail.starts_with("may not be specified when 'host");
}

bool is_deletion_cost(const FieldError& error) {
  return has(error.path, "annotations[controller.kubernetes.io/pod-deletion-cost]");
}

// A sort of errors: one of the first kind in the former object excuses all of the second.
struct Excuse {
  bool (*before)(const FieldError& error);
  bool (*now)(const FieldError& error);
};

constexpr std::array kExcuses = {
    Excuse{in_affinity_selector, is_value_in_affinity},
    Excuse{is_value_of_node, is_value_of_node},
    Excuse{in_spread_selector, in_spread_selector},
    Excuse{in_spread_keys, in_spread_keys},
    Excuse{is_sysctl_of_host, is_sysctl_of_host},
    Excuse{is_deletion_cost, is_deletion_cost},
};

}  // namespace

bool may_be_tolerated(const ErrorList& errors) {
  return std::any_of(errors.errors().begin(), errors.errors().end(), [](const auto& error) {
    return std::any_of(kExcuses.begin(), kExcuses.end(),
                       [&](const Excuse& excuse) { return excuse.now(error); });
  });
}

ErrorList not_tolerated(const ErrorList& errors, const ErrorList& before) {
  std::array<bool, kExcuses.size()> excused{};
  for (std::size_t i = 0; i < kExcuses.size(); ++i)
    excused[i] = std::any_of(before.errors().begin(), before.errors().end(), kExcuses[i].before);
  ErrorList out;
  for (const FieldError& error : errors.errors()) {
    bool tolerated = false;
    for (std::size_t i = 0; i < kExcuses.size(); ++i)
      tolerated = tolerated || (excused[i] && kExcuses[i].now(error));
    if (!tolerated) out.add(error);
  }
  return out;
}

}  // namespace kubus::apiserver
