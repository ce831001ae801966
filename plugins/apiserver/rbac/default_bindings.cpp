#include "rbac/default_policy.h"

namespace kubus::apiserver::rbac {
namespace {

constexpr DefaultRole kNamespaceRoles[] = {
    {"kube-system", "extension-apiserver-authentication-reader", R"(
read core configmaps extension-apiserver-authentication
)"},
    {"kube-system", "system::leader-locking-kube-controller-manager", R"(
watch core configmaps
get,update core configmaps kube-controller-manager
)"},
    {"kube-system", "system::leader-locking-kube-scheduler", R"(
watch core configmaps
get,update core configmaps kube-scheduler
)"},
    {"kube-system", "system:controller:bootstrap-signer", R"(
read core secrets
)"},
    {"kube-system", "system:controller:cloud-provider", R"(
create,read core configmaps
)"},
    {"kube-system", "system:controller:token-cleaner", R"(
delete,read core secrets
events
)"},
    {"kube-public", "system:controller:bootstrap-signer", R"(
read core configmaps
update core configmaps cluster-info
events
)"},
};

constexpr DefaultBinding kBindings[] = {
    {"", "cluster-admin", "cluster-admin", "", "system:masters", ""},
    {"", "system:monitoring", "system:monitoring", "", "system:monitoring", ""},
    {"", "system:discovery", "system:discovery", "", "system:authenticated", ""},
    {"", "system:basic-user", "system:basic-user", "", "system:authenticated", ""},
    {"", "system:public-info-viewer", "system:public-info-viewer", "",
     "system:authenticated,system:unauthenticated", ""},
    {"", "system:node-proxier", "system:node-proxier", "system:kube-proxy", "", ""},
    {"", "system:kube-controller-manager", "system:kube-controller-manager",
     "system:kube-controller-manager", "", ""},
    {"", "system:kube-dns", "system:kube-dns", "", "", "kube-system/kube-dns"},
    {"", "system:kube-scheduler", "system:kube-scheduler", "system:kube-scheduler", "", ""},
    {"", "system:volume-scheduler", "system:volume-scheduler", "system:kube-scheduler", "", ""},
    // For nobody: the node authorizer takes the place of this role.
    {"", "system:node", "system:node", "", "", ""},
    {"", "system:service-account-issuer-discovery", "system:service-account-issuer-discovery", "",
     "system:serviceaccounts", ""},
    {"kube-system", "system::extension-apiserver-authentication-reader",
     "extension-apiserver-authentication-reader",
     "system:kube-controller-manager,system:kube-scheduler", "", ""},
    {"kube-system", "system::leader-locking-kube-controller-manager",
     "system::leader-locking-kube-controller-manager", "system:kube-controller-manager", "",
     "kube-system/kube-controller-manager"},
    {"kube-system", "system::leader-locking-kube-scheduler",
     "system::leader-locking-kube-scheduler", "system:kube-scheduler", "",
     "kube-system/kube-scheduler"},
    {"kube-system", "system:controller:bootstrap-signer", "system:controller:bootstrap-signer", "",
     "", "kube-system/bootstrap-signer"},
    {"kube-system", "system:controller:cloud-provider", "system:controller:cloud-provider", "", "",
     "kube-system/cloud-provider"},
    {"kube-system", "system:controller:token-cleaner", "system:controller:token-cleaner", "", "",
     "kube-system/token-cleaner"},
    {"kube-public", "system:controller:bootstrap-signer", "system:controller:bootstrap-signer", "",
     "", "kube-system/bootstrap-signer"},
};

}  // namespace

std::span<const DefaultRole> namespace_roles() { return kNamespaceRoles; }
std::span<const DefaultBinding> default_bindings() { return kBindings; }

}  // namespace kubus::apiserver::rbac
