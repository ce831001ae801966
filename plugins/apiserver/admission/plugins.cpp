#include "admission/plugins.h"

#include <algorithm>
#include <string_view>

#include "node/node_restriction.h"
#include "policy/admission.h"

namespace kubus::apiserver {
namespace {

struct Entry {
  std::string_view name;
  std::unique_ptr<Admission> (*make)(const AdmissionContext&);
  bool by_default = true;
};

// In the order of the reference.
constexpr Entry kEntries[] = {
    {"NamespaceLifecycle", make_namespace_lifecycle},
    {"LimitRanger", make_limit_ranger},
    {"ServiceAccount", make_service_account},
    {"NodeRestriction", node::make_restriction},
    {"TaintNodesByCondition", make_node_taint},
    {"EventRateLimit", make_event_rate_limit, false},
    {"PodSecurity", make_pod_security},
    {"Priority", make_priority},
    {"DefaultTolerationSeconds", make_default_tolerations},
    {"ExtendedResourceToleration", make_extended_resources, false},
    {"DefaultStorageClass", make_default_storage_class},
    {"StorageObjectInUseProtection", make_storage_protection},
    {"OwnerReferencesPermissionEnforcement", make_owner_references, false},
    {"PersistentVolumeClaimResize", make_claim_resize},
    {"RuntimeClass", make_runtime_class},
    {"CertificateApproval", make_certificate_approval},
    {"CertificateSigning", make_certificate_signing},
    {"CertificateSubjectRestriction", make_certificate_subject},
    {"DefaultIngressClass", make_default_ingress_class},
    {"PodTopologyLabels", make_topology_labels},
    {"ValidatingAdmissionPolicy", policy::make_policies},
};

// Those that are no plugins of this table: quotas are kept account of where objects are written,
// and webhooks take their time.
constexpr std::string_view kElsewhere[] = {"ResourceQuota", "MutatingAdmissionWebhook",
                                           "ValidatingAdmissionWebhook"};

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Status check_names(const char* key, const std::vector<std::string>& names) {
  for (const auto& name : names)
    if (std::find(std::begin(kElsewhere), std::end(kElsewhere), name) == std::end(kElsewhere) &&
        std::none_of(std::begin(kEntries), std::end(kEntries),
                     [&](const Entry& entry) { return entry.name == name; }))
      return Status(Code::kBadRequest,
                    std::string("apiserver.") + key + ": unknown admission plugin " + name);
  return {};
}

}  // namespace

Result<Admissions> make_admissions(const AdmissionContext& context,
                                   const std::vector<std::string>& enabled,
                                   const std::vector<std::string>& disabled) {
  KUBUS_TRY(check_names("enable_admission_plugins", enabled));
  KUBUS_TRY(check_names("disable_admission_plugins", disabled));
  Admissions admissions;
  for (const auto& entry : kEntries) {
    const bool wanted = entry.by_default || contains(enabled, entry.name);
    if (wanted && !contains(disabled, entry.name)) admissions.push_back(entry.make(context));
  }
  return admissions;
}

}  // namespace kubus::apiserver
