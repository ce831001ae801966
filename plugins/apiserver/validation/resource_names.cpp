#include "validation/resource_names.h"

#include <algorithm>
#include <array>

#include "validation/checks.h"

namespace kubus::apiserver {
namespace {

constexpr std::array<std::string_view, 20> kOfQuotas = {"cpu",
                                                        "memory",
                                                        "ephemeral-storage",
                                                        "requests.cpu",
                                                        "requests.memory",
                                                        "requests.storage",
                                                        "requests.ephemeral-storage",
                                                        "limits.cpu",
                                                        "limits.memory",
                                                        "limits.ephemeral-storage",
                                                        "pods",
                                                        "resourcequotas",
                                                        "services",
                                                        "replicationcontrollers",
                                                        "secrets",
                                                        "persistentvolumeclaims",
                                                        "configmaps",
                                                        "services.nodeports",
                                                        "services.loadbalancers",
                                                        "storage"};

bool is_standard(std::string_view name) {
  return std::find(kOfQuotas.begin(), kOfQuotas.end(), name) != kOfQuotas.end() ||
         name.starts_with("hugepages-") || name.starts_with("requests.hugepages-");
}

// False: nothing more can be said about the name.
bool check_form(const std::string& name, const Path& path, ErrorList& errors) {
  const Messages messages = check_qualified_name(name);
  errors.invalid_each(path, name, messages);
  return messages.empty() && name.find('/') == std::string::npos;
}

}  // namespace

bool is_standard_quota_resource(std::string_view name) {
  return name != "storage" && is_standard(name);
}

void check_any_resource_name(const std::string& name, const Path& path, ErrorList& errors) {
  if (check_form(name, path, errors) && !is_standard(name))
    errors.invalid(path, name, "must be a standard resource type or fully qualified");
}

void check_quota_resource_name(const std::string& name, const Path& path, ErrorList& errors) {
  if (!check_form(name, path, errors)) return;
  if (!is_standard(name))
    errors.invalid(path, name, "must be a standard resource type or fully qualified");
  if (!is_standard_quota_resource(name))
    errors.invalid(path, name, "must be a standard resource for quota");
}

}  // namespace kubus::apiserver
