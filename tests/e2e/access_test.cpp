// Who may do what, as kubectl asks and shows it.
#include "play.h"

namespace kubus::e2e {
namespace {

using Access = Play;

TEST_F(Access, IsWhatRolesGiveAndNoMore) {
  play({
      {"kubectl auth can-i '*' '*' --all-namespaces", "yes"},
      {"kubectl auth can-i list pods --as jane", "no", 1},
      {"kubectl get pods --as jane",
       "Error from server (Forbidden): pods is forbidden: User \"jane\" cannot list resource "
       "\"pods\" in API group \"\" in the namespace \"" +
           ns() + "\"",
       1},
      {"kubectl create role reader --verb=get,list,watch --resource=pods,pods/log,deployments.apps",
       "role.rbac.authorization.k8s.io/reader created"},
      {"kubectl create rolebinding readers --role=reader --user=jane --group=staff "
       "--serviceaccount=" +
           ns() + ":robot",
       "rolebinding.rbac.authorization.k8s.io/readers created"},
      {"kubectl auth can-i list pods --as jane", "yes"},
      {"kubectl get pods --as jane", "No resources found in " + ns() + " namespace."},
      {"kubectl auth can-i list pods --as john --as-group staff", "yes"},
      {"kubectl auth can-i get deployments.apps --as system:serviceaccount:" + ns() + ":robot",
       "yes"},
      {"kubectl auth can-i get pods --subresource=log --as jane", "yes"},
      {"kubectl auth can-i delete pods --as jane", "no", 1},
      {"kubectl auth can-i list pods -n default --as jane", "no", 1},
      {"kubectl get pods -A --as jane",
       "Error from server (Forbidden): pods is forbidden: User \"jane\" cannot list resource "
       "\"pods\" in API group \"\" at the cluster scope",
       1},
      {"kubectl get rolebindings -o wide", R"(
NAME      ROLE          AGE   USERS   GROUPS   SERVICEACCOUNTS
readers   Role/reader   …   jane    staff    )" +
                                               ns() + "/robot"},
      {"kubectl delete rolebinding readers",
       "rolebinding.rbac.authorization.k8s.io \"readers\" deleted…"},
      {"kubectl auth can-i list pods --as jane", "no", 1},
  });
}

TEST_F(Access, IsListed) {
  play({
      {"kubectl create role writer --verb=get,update --resource=configmaps --resource-name=shared",
       "role.rbac.authorization.k8s.io/writer created"},
      {"kubectl create rolebinding writers --role=writer --user=mary",
       "rolebinding.rbac.authorization.k8s.io/writers created"},
      {"kubectl auth can-i --list --as mary", R"(
Resources                                       Non-Resource URLs   Resource Names   Verbs
selfsubjectreviews.authentication.k8s.io        []                  []               [create]
selfsubjectaccessreviews.authorization.k8s.io   []                  []               [create]
selfsubjectrulesreviews.authorization.k8s.io    []                  []               [create]
configmaps                                      []                  [shared]         [get update]
                                                [/api/*]            []               [get]
…
                                                [/version]          []               [get]
)"},
      {"kubectl auth whoami --as mary", R"(
ATTRIBUTE   VALUE
Username    mary
Groups      [system:authenticated]
)"},
  });
}

TEST_F(Access, ComesWithTheDefaultRoles) {
  play({
      {"kubectl create rolebinding views --clusterrole=view --user=ann",
       "rolebinding.rbac.authorization.k8s.io/views created"},
      {"kubectl create rolebinding edits --clusterrole=edit --user=ed",
       "rolebinding.rbac.authorization.k8s.io/edits created"},
      {"kubectl create rolebinding admins --clusterrole=admin --user=adam",
       "rolebinding.rbac.authorization.k8s.io/admins created"},
      {"kubectl auth can-i get pods --as ann", "yes", 0, kEventually},
      {"kubectl auth can-i get secrets --as ann", "no", 1},
      {"kubectl auth can-i create deployments.apps --as ed", "yes", 0, kEventually},
      {"kubectl auth can-i get secrets --as ed", "yes"},
      {"kubectl auth can-i create roles --as ed", "no", 1},
      {"kubectl auth can-i create roles --as adam", "yes", 0, kEventually},
      {"kubectl auth can-i create resourcequotas --as adam", "no", 1},
      {"kubectl create role too-much --verb='*' --resource=resourcequotas --as adam",
       R"(
Error from server (Forbidden): roles.rbac.authorization.k8s.io "too-much" is forbidden: user "adam" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:
{APIGroups:[""], Resources:["resourcequotas"], Verbs:["*"]}
)",
       1},
      {"kubectl create rolebinding all --clusterrole=cluster-admin --user=eve --as adam",
       R"(
error: failed to create rolebinding: rolebindings.rbac.authorization.k8s.io "all" is forbidden: user "adam" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:
{APIGroups:["*"], Resources:["*"], Verbs:["*"]}
{NonResourceURLs:["*"], Verbs:["*"]}
)",
       1},
      {"kubectl describe clusterrole system:public-info-viewer", R"(
Name:         system:public-info-viewer
Labels:       kubernetes.io/bootstrapping=rbac-defaults
Annotations:  rbac.authorization.kubernetes.io/autoupdate: true
PolicyRule:
  Resources  Non-Resource URLs  Resource Names  Verbs
  ---------  -----------------  --------------  -----
             [/healthz]         []              [get]
             [/livez]           []              [get]
             [/readyz]          []              [get]
             [/version/]        []              [get]
             [/version]         []              [get]
)"},
  });
}

TEST_F(Access, OfAnExtensionIsAddedToRolesThatAggregate) {
  play({
      {"kubectl create clusterrole " + ns() + " --verb=get --resource=pods/" + ns(),
       "clusterrole.rbac.authorization.k8s.io/" + ns() + " created"},
      {"kubectl create rolebinding views --clusterrole=view --user=vic",
       "rolebinding.rbac.authorization.k8s.io/views created"},
      {"kubectl auth can-i get pods --subresource=" + ns() + " --as vic", "no", 1},
      {"kubectl label clusterrole " + ns() + " rbac.authorization.k8s.io/aggregate-to-view=true",
       "clusterrole.rbac.authorization.k8s.io/" + ns() + " labeled"},
      {"kubectl auth can-i get pods --subresource=" + ns() + " --as vic", "yes", 0, kEventually},
      {"kubectl delete clusterrole " + ns(),
       "clusterrole.rbac.authorization.k8s.io \"" + ns() + "\" deleted"},
      {"kubectl auth can-i get pods --subresource=" + ns() + " --as vic", "no", 1, kEventually},
  });
}

TEST_F(Access, IsReconciled) {
  // The namespace must be in the file: without, kubectl itself fails.
  write("access.yaml", R"(
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r, namespace: )" + ns() + R"(}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: b, namespace: )" + ns() + R"(}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}
subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: rob}]
)");
  play({
      {"kubectl create role r --verb=list --resource=pods",
       "role.rbac.authorization.k8s.io/r created"},
      {"kubectl create rolebinding b --role=other --user=rob",
       "rolebinding.rbac.authorization.k8s.io/b created"},
      {"kubectl get pods --as rob",
       "Error from server (Forbidden): pods is forbidden: User \"rob\" cannot list resource "
       "\"pods\" in API group \"\" in the namespace \"" +
           ns() + "\": RBAC: role.rbac.authorization.k8s.io \"other\" not found",
       1},
      {"kubectl auth reconcile -f access.yaml", R"(
role.rbac.authorization.k8s.io/r reconciled
	reconciliation required update
	missing rules added:
		{Verbs:[get] APIGroups:[] Resources:[pods] ResourceNames:[] NonResourceURLs:[]}
rolebinding.rbac.authorization.k8s.io/b reconciled
	reconciliation required recreate
)"},
      {"kubectl auth can-i list pods --as rob", "yes"},
      {"kubectl auth can-i get pods --as rob", "yes"},
  });
}

TEST_F(Access, OfNodesIsWhatTheirPodsNeed) {
  write("pod.yaml", R"(
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers: [{name: c, image: "demo:1.0", envFrom: [{secretRef: {name: used}}]}]
)");
  const auto node = output_of("kubectl get nodes -o jsonpath='{.items[0].metadata.name}'");
  const auto as = [](const std::string& name) {
    return " --as system:node:" + name + " --as-group system:nodes";
  };
  const auto refused = [&](const std::string& secret, const std::string& name) {
    return "Error from server (Forbidden): secrets \"" + secret +
           "\" is forbidden: User \"system:node:" + name +
           "\" cannot get resource \"secrets\" in API group \"\" in the namespace \"" + ns() +
           "\": no relationship found between node '" + name + "' and this object";
  };
  play({
      {"kubectl create secret generic used --from-literal=a=b", "secret/used created"},
      {"kubectl create secret generic other --from-literal=a=b", "secret/other created"},
      {"kubectl apply -f pod.yaml", "pod/p created"},
      {"kubectl get secret used -o name" + as(node), "secret/used", 0, kEventually},
      {"kubectl get secret other" + as(node), refused("other", node), 1},
      {"kubectl get secret used" + as("elsewhere"), refused("used", "elsewhere"), 1},
      {"kubectl get node " + node + as("elsewhere"),
       "Error from server (Forbidden): nodes \"" + node +
           "\" is forbidden: User \"system:node:elsewhere\" cannot get resource \"nodes\" in API "
           "group \"\" at the cluster scope: node 'elsewhere' cannot read all nodes, only its own "
           "Node object",
       1},
      {"kubectl delete pod p --now", "pod \"p\" deleted…"},
      {"kubectl get secret used" + as(node), refused("used", node), 1},
  });
}

TEST_F(Access, ToOtherIdentitiesIsARightToo) {
  play({
      {"kubectl create clusterrole " + ns() +
           " --verb=impersonate --resource=users --resource-name=mary",
       "clusterrole.rbac.authorization.k8s.io/" + ns() + " created"},
      {"kubectl create clusterrolebinding " + ns() + " --clusterrole=" + ns() + " --user=joe",
       "clusterrolebinding.rbac.authorization.k8s.io/" + ns() + " created"},
      {"kubectl auth can-i impersonate users/mary --as joe", "…yes"},
      {"kubectl auth can-i impersonate users/john --as joe", "…no", 1},
      {"kubectl delete clusterrolebinding,clusterrole " + ns(), R"(
clusterrolebinding.rbac.authorization.k8s.io ")" + ns() + R"(" deleted
clusterrole.rbac.authorization.k8s.io ")" + ns() + R"(" deleted
)"},
  });
}

}  // namespace
}  // namespace kubus::e2e
