#include "rbac/default_policy.h"

namespace kubus::apiserver::rbac {
namespace {

constexpr DefaultRole kControllerRoles[] = {
    {"", "attachdetach-controller", R"(
list,watch core persistentvolumeclaims,persistentvolumes
read core nodes
patch,update core nodes/status
list,watch core pods
events
create,delete,read storage.k8s.io volumeattachments
read storage.k8s.io csidrivers
read storage.k8s.io csinodes
)"},
    {"", "clusterrole-aggregation-controller", R"(
escalate,patch,read,update rbac.authorization.k8s.io clusterroles
)"},
    {"", "cronjob-controller", R"(
read,update batch cronjobs
create,delete,patch,read,update batch jobs
update batch cronjobs/status
update batch cronjobs/finalizers
delete,list core pods
events
)"},
    {"", "daemon-set-controller", R"(
read apps,extensions daemonsets
update apps,extensions daemonsets/status
update apps,extensions daemonsets/finalizers
list,watch core nodes
create,delete,list,patch,watch core pods
create core pods/binding
create,delete,patch,read,update apps controllerrevisions
events
)"},
    {"", "deployment-controller", R"(
read,update apps,extensions deployments
update apps,extensions deployments/status
update apps,extensions deployments/finalizers
create,delete,patch,read,update apps,extensions replicasets
read,update core pods
events
)"},
    {"", "disruption-controller", R"(
read apps,extensions deployments
read apps,extensions replicasets
read core replicationcontrollers
read policy poddisruptionbudgets
read apps statefulsets
update policy poddisruptionbudgets/status
get * */scale
events
patch,update core pods/status
)"},
    {"", "endpoint-controller", R"(
read core pods,services
create,delete,get,list,update core endpoints
create core endpoints/restricted
events
)"},
    {"", "endpointslice-controller", R"(
read core nodes,pods,services
update core services/finalizers
create,delete,get,list,update discovery.k8s.io endpointslices
create discovery.k8s.io endpointslices/restricted
events
)"},
    {"", "endpointslicemirroring-controller", R"(
read core endpoints,services
update core services/finalizers
update core endpoints/finalizers
create,delete,get,list,update discovery.k8s.io endpointslices
create discovery.k8s.io endpointslices/restricted
events
)"},
    {"", "expand-controller", R"(
patch,read,update core persistentvolumes
patch,update core persistentvolumeclaims/status
read core persistentvolumeclaims
read storage.k8s.io storageclasses
get core endpoints,services
get core secrets
events
)"},
    {"", "ephemeral-volume-controller", R"(
update core pods/finalizers
read core pods
create,read core persistentvolumeclaims
events
)"},
    {"", "resource-claim-controller", R"(
update core pods/finalizers
read core pods
create,delete,read resource.k8s.io resourceclaims
patch,update resource.k8s.io resourceclaims,resourceclaims/status
patch,update core pods/status
events
)"},
    {"", "generic-garbage-collector", R"(
delete,patch,read,update * *
events
)"},
    {"", "horizontal-pod-autoscaler", R"(
read autoscaling horizontalpodautoscalers
update autoscaling horizontalpodautoscalers/status
get,update * */scale
list core pods
list metrics.k8s.io pods
get,list custom.metrics.k8s.io *
get,list external.metrics.k8s.io *
events
)"},
    {"", "job-controller", R"(
patch,read,update batch jobs
update batch jobs/status
update batch jobs/finalizers
create,delete,list,patch,watch core pods
events
)"},
    {"", "namespace-controller", R"(
delete,read core namespaces
update core namespaces/finalize,namespaces/status
delete,deletecollection,get,list * *
)"},
    {"", "node-controller", R"(
delete,get,list,patch,update core nodes
patch,update core nodes/status
patch,update core pods/status
delete,get,list core pods
events
)"},
    {"", "persistent-volume-binder", R"(
create,delete,read,update core persistentvolumes
update core persistentvolumes/status
read,update core persistentvolumeclaims
update core persistentvolumeclaims/status
create,delete,read core pods
read storage.k8s.io storageclasses
create,delete,get,update core endpoints,services
get,list core secrets
get,list core nodes
watch core events
events
)"},
    {"", "pod-garbage-collector", R"(
delete,list,watch core pods
get,list core nodes
patch core pods/status
)"},
    {"", "replicaset-controller", R"(
read,update apps,extensions replicasets
update apps,extensions replicasets/status
update apps,extensions replicasets/finalizers
create,delete,list,patch,watch core pods
events
)"},
    {"", "replication-controller", R"(
read,update core replicationcontrollers
update core replicationcontrollers/status
update core replicationcontrollers/finalizers
create,delete,list,patch,watch core pods
events
)"},
    {"", "resourcequota-controller", R"(
list,watch * *
update core resourcequotas/status
events
)"},
    {"", "route-controller", R"(
list,watch core nodes
patch core nodes/status
events
)"},
    {"", "service-account-controller", R"(
create core serviceaccounts
events
)"},
    {"", "service-controller", R"(
read core services
patch,update core services/status
list,watch core nodes
events
)"},
    {"", "statefulset-controller", R"(
list,watch core pods
read apps statefulsets
update apps statefulsets/status
update apps statefulsets/finalizers
create,delete,get,patch,update core pods
create,delete,patch,read,update apps controllerrevisions
create,get core persistentvolumeclaims
events
delete,update core persistentvolumeclaims
)"},
    {"", "ttl-controller", R"(
list,patch,update,watch core nodes
events
)"},
    {"", "certificate-controller", R"(
delete,read certificates.k8s.io certificatesigningrequests
update certificates.k8s.io certificatesigningrequests/approval,certificatesigningrequests/status
approve certificates.k8s.io signers kubernetes.io/kube-apiserver-client-kubelet
sign certificates.k8s.io signers kubernetes.io/kube-apiserver-client,
  kubernetes.io/kube-apiserver-client-kubelet,kubernetes.io/kubelet-serving,
  kubernetes.io/legacy-unknown
create authorization.k8s.io subjectaccessreviews
events
)"},
    {"", "pvc-protection-controller", R"(
read,update core persistentvolumeclaims
read core pods
events
)"},
    {"", "pv-protection-controller", R"(
read,update core persistentvolumes
events
)"},
    {"", "ttl-after-finished-controller", R"(
delete,read batch jobs
events
)"},
    {"", "root-ca-cert-publisher", R"(
create,update core configmaps
events
)"},
    {"", "validatingadmissionpolicy-status-controller", R"(
read admissionregistration.k8s.io validatingadmissionpolicies
get,patch,update admissionregistration.k8s.io validatingadmissionpolicies/status
events
)"},
    {"", "volumeattributesclass-protection-controller", R"(
read core persistentvolumeclaims
read core persistentvolumes
read,update storage.k8s.io volumeattributesclasses
events
)"},
    {"", "service-cidrs-controller", R"(
patch,read,update networking.k8s.io servicecidrs
patch,update networking.k8s.io servicecidrs/finalizers
patch,update networking.k8s.io servicecidrs/status
read networking.k8s.io ipaddresses
events
)"},
    {"", "legacy-service-account-token-cleaner", R"(
get core configmaps kube-apiserver-legacy-service-account-token-tracking
delete,patch core secrets
)"},
    {"", "selinux-warning-controller", R"(
read core persistentvolumeclaims
read core persistentvolumes
read core pods
read storage.k8s.io csidrivers
events
)"},
};

}  // namespace

std::span<const DefaultRole> controller_roles() { return kControllerRoles; }

}  // namespace kubus::apiserver::rbac
