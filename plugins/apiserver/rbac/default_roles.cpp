#include "rbac/default_policy.h"

namespace kubus::apiserver::rbac {
namespace {

constexpr DefaultRole kDefaultRoles[] = {
    {"", "cluster-admin", R"(
* * *
* paths *
)"},
    {"", "system:discovery", R"(
get paths /api,/api/*,/apis,/apis/*,/healthz,/livez,/openapi,/openapi/*,/readyz,/version,/version/
)"},
    {"", "system:monitoring", R"(
get paths /healthz,/healthz/*,/livez,/livez/*,/metrics,/metrics/slis,/readyz,/readyz/*
)"},
    {"", "system:basic-user", R"(
create authorization.k8s.io selfsubjectaccessreviews,selfsubjectrulesreviews
create authentication.k8s.io selfsubjectreviews
)"},
    {"", "system:public-info-viewer", R"(
get paths /healthz,/livez,/readyz,/version,/version/
)"},
    {"", "admin", "", "", "admin"},
    {"", "edit", "", "admin", "edit"},
    {"", "view", "", "edit", "view"},
    {"", "system:aggregate-to-admin", R"(
create authorization.k8s.io localsubjectaccessreviews
read,write rbac.authorization.k8s.io rolebindings,roles
)",
     "admin"},
    {"", "system:aggregate-to-edit", R"(
read core pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy
impersonate core serviceaccounts
write core pods,pods/attach,pods/exec,pods/portforward,pods/proxy
create core pods/eviction
write core configmaps,events,persistentvolumeclaims,replicationcontrollers,
  replicationcontrollers/scale,secrets,serviceaccounts,services,services/proxy
create core serviceaccounts/token
write apps daemonsets,deployments,deployments/rollback,deployments/scale,replicasets,
  replicasets/scale,statefulsets,statefulsets/scale
write autoscaling horizontalpodautoscalers
write batch cronjobs,jobs
write extensions daemonsets,deployments,deployments/rollback,deployments/scale,ingresses,
  networkpolicies,replicasets,replicasets/scale,replicationcontrollers/scale
write policy poddisruptionbudgets
write networking.k8s.io ingresses,networkpolicies
read,write coordination.k8s.io leases
write resource.k8s.io resourceclaims,resourceclaimtemplates
)",
     "edit"},
    {"", "system:aggregate-to-view", R"(
read core configmaps,endpoints,persistentvolumeclaims,persistentvolumeclaims/status,pods,
  replicationcontrollers,replicationcontrollers/scale,serviceaccounts,services,services/status
read core bindings,events,limitranges,namespaces/status,pods/log,pods/status,
  replicationcontrollers/status,resourcequotas,resourcequotas/status
read core namespaces
read discovery.k8s.io endpointslices
read apps controllerrevisions,daemonsets,daemonsets/status,deployments,deployments/scale,
  deployments/status,replicasets,replicasets/scale,replicasets/status,statefulsets,
  statefulsets/scale,statefulsets/status
read autoscaling horizontalpodautoscalers,horizontalpodautoscalers/status
read batch cronjobs,cronjobs/status,jobs,jobs/status
read extensions daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,
  ingresses,ingresses/status,networkpolicies,replicasets,replicasets/scale,replicasets/status,
  replicationcontrollers/scale
read policy poddisruptionbudgets,poddisruptionbudgets/status
read networking.k8s.io ingresses,ingresses/status,networkpolicies
read resource.k8s.io resourceclaims,resourceclaims/status,resourceclaimtemplates
)",
     "view"},
    {"", "system:heapster", R"(
read core events,namespaces,nodes,pods
read extensions deployments
)"},
    {"", "system:node", R"(
create authentication.k8s.io tokenreviews
create authorization.k8s.io localsubjectaccessreviews,subjectaccessreviews
read core services
create,read core nodes
patch,update core nodes/status
patch,update core nodes
create,patch,update core events
read core pods
create,delete core pods
patch,update core pods/status
create core pods/eviction
read core configmaps,secrets
get core persistentvolumeclaims,persistentvolumes
get core endpoints
create,read certificates.k8s.io certificatesigningrequests
create,delete,get,patch,update coordination.k8s.io leases
get storage.k8s.io volumeattachments
create core serviceaccounts/token
get,patch,update core persistentvolumeclaims/status
read storage.k8s.io csidrivers
create,delete,get,patch,update storage.k8s.io csinodes
read node.k8s.io runtimeclasses
get resource.k8s.io resourceclaims
deletecollection resource.k8s.io resourceslices
)"},
    {"", "system:node-problem-detector", R"(
get core nodes
patch core nodes/status
events
)"},
    {"", "system:kubelet-api-admin", R"(
read core nodes
proxy core nodes
* core nodes/configz,nodes/healthz,nodes/log,nodes/metrics,nodes/pods,nodes/proxy,nodes/stats
)"},
    {"", "system:node-bootstrapper", R"(
create,read certificates.k8s.io certificatesigningrequests
)"},
    {"", "system:auth-delegator", R"(
create authentication.k8s.io tokenreviews
create authorization.k8s.io subjectaccessreviews
)"},
    {"", "system:kube-aggregator", R"(
read core endpoints,services
)"},
    {"", "system:kube-controller-manager", R"(
events
create coordination.k8s.io leases
get,update coordination.k8s.io leases kube-controller-manager
create core secrets,serviceaccounts
delete core secrets
get core configmaps,namespaces,secrets,serviceaccounts
update core secrets,serviceaccounts
create authentication.k8s.io tokenreviews
create authorization.k8s.io subjectaccessreviews
list,watch * *
create core serviceaccounts/token
)"},
    {"", "system:kube-dns", R"(
list,watch core endpoints,services
)"},
    {"", "system:persistent-volume-provisioner", R"(
create,delete,read core persistentvolumes
read,update core persistentvolumeclaims
read storage.k8s.io storageclasses
watch core events
events
)"},
    {"", "system:certificates.k8s.io:certificatesigningrequests:nodeclient", R"(
create certificates.k8s.io certificatesigningrequests/nodeclient
)"},
    {"", "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient", R"(
create certificates.k8s.io certificatesigningrequests/selfnodeclient
)"},
    {"", "system:volume-scheduler", R"(
patch,read,update core persistentvolumes
read storage.k8s.io storageclasses
patch,read,update core persistentvolumeclaims
)"},
    {"", "system:certificates.k8s.io:legacy-unknown-approver", R"(
approve certificates.k8s.io signers kubernetes.io/legacy-unknown
)"},
    {"", "system:certificates.k8s.io:kubelet-serving-approver", R"(
approve certificates.k8s.io signers kubernetes.io/kubelet-serving
)"},
    {"", "system:certificates.k8s.io:kube-apiserver-client-approver", R"(
approve certificates.k8s.io signers kubernetes.io/kube-apiserver-client
)"},
    {"", "system:certificates.k8s.io:kube-apiserver-client-kubelet-approver", R"(
approve certificates.k8s.io signers kubernetes.io/kube-apiserver-client-kubelet
)"},
    {"", "system:service-account-issuer-discovery", R"(
get paths /.well-known/openid-configuration,/.well-known/openid-configuration/,/openid/v1/jwks,
  /openid/v1/jwks/
)"},
    {"", "system:node-proxier", R"(
list,watch core endpoints,services
read core nodes
events
list,watch discovery.k8s.io endpointslices
list,watch networking.k8s.io servicecidrs
)"},
    {"", "system:kube-scheduler", R"(
events
create coordination.k8s.io leases
get,update coordination.k8s.io leases kube-scheduler
read core nodes
delete,read core pods
create core bindings,pods/binding
patch,update core pods/status
read core replicationcontrollers,services
read apps,extensions replicasets
read apps statefulsets
read policy poddisruptionbudgets
read core persistentvolumeclaims,persistentvolumes
create authentication.k8s.io tokenreviews
create authorization.k8s.io subjectaccessreviews
read storage.k8s.io csinodes
read core namespaces
read storage.k8s.io csidrivers
read storage.k8s.io csistoragecapacities
read storage.k8s.io volumeattachments
read resource.k8s.io deviceclasses
patch,read,update resource.k8s.io resourceclaims
patch,read,update resource.k8s.io resourceclaims/status
patch,read,update core pods/finalizers
read resource.k8s.io resourceslices
)"},
};

}  // namespace

std::span<const DefaultRole> default_roles() { return kDefaultRoles; }

}  // namespace kubus::apiserver::rbac
