// What a namespace allows, as users meet it.
#include "play.h"

namespace kubus::e2e {
namespace {

using AdmissionPlay = Play;

TEST_F(AdmissionPlay, QuotasAreUsedUpAndComeBack) {
  play({
      {"kubectl create quota q --hard=pods=1,count/configmaps=3,services=1",
       "resourcequota/q created"},
      {"kubectl get quota q -o jsonpath='{.status.used.pods}'", "0", 0, kEventually},
      {"kubectl run a --restart=Never" + kUntilTold, "pod/a created"},
      {"kubectl run b --image=demo:1.0",
       "Error from server (Forbidden): pods \"b\" is forbidden: exceeded quota: q, requested: "
       "pods=1, used: pods=1, limited: pods=1",
       1},
      // The one that has ended leaves its place.
      {"kubectl wait --for=condition=Ready pod/a", "pod/a condition met"},
      // The shell may end with its container.
      {"kubectl exec a -- sh -c 'kill 1' 2>&1 | sed /137/d", ""},
      {"kubectl get quota q -o jsonpath='{.status.used.pods}'", "0", 0, kEventually},
      {"kubectl create configmap one", "configmap/one created"},
      {"kubectl create configmap two", "configmap/two created"},
      {"kubectl create configmap three",
       "error: failed to create configmap: configmaps \"three\" is forbidden: exceeded quota: q, "
       "requested: count/configmaps=1, used: count/configmaps=3, limited: count/configmaps=3",
       1},
      {"kubectl delete configmap one", "configmap \"one\" deleted…"},
      {"kubectl describe quota q", R"(
Name:             q
Namespace:        …
Resource          Used  Hard
--------          ----  ----
count/configmaps  2     3
pods              0     1
services          0     1
)",
       0, kEventually},
      {"kubectl create configmap three", "configmap/three created"},
  });
}

TEST_F(AdmissionPlay, LimitsAreFilledInAndKept) {
  write("range.yaml", R"(
apiVersion: v1
kind: LimitRange
metadata: {name: r}
spec:
  limits:
  - {type: Container, max: {memory: 64Mi}, default: {memory: 32Mi}, defaultRequest: {cpu: 10m}}
)");
  play({
      {"kubectl apply -f range.yaml", "limitrange/r created"},
      {"kubectl describe limitrange r", R"(
Name:       r
Namespace:  …
Type        Resource  Min  Max   Default Request  Default Limit  Max Limit/Request Ratio
----        --------  ---  ---   ---------------  -------------  -----------------------
Container   …
Container   …
)"},
      {"kubectl run a --image=demo:1.0 --dry-run=server -o "
       "jsonpath='{.spec.containers[0].resources}'",
       R"({"limits":{"memory":"32Mi"},"requests":{"cpu":"10m","memory":"32Mi"}})"},
      {"kubectl run b --image=demo:1.0 --overrides="
       "'{\"spec\":{\"containers\":[{\"name\":\"b\",\"image\":\"demo:1.0\",\"resources\":"
       "{\"limits\":{\"memory\":\"1Gi\"}}}]}}'",
       "Error from server (Forbidden): pods \"b\" is forbidden: maximum memory usage per Container "
       "is 64Mi, but limit is 1Gi",
       1},
  });
}

TEST_F(AdmissionPlay, PodSecurityWarnsAndRefuses) {
  play({
      {"kubectl run loud --image=demo:1.0 --privileged", "pod/loud created"},
      {"kubectl label namespace " + ns() + " pod-security.kubernetes.io/enforce=baseline",
       "Warning: existing pods in namespace \"" + ns() +
           "\" violate the new PodSecurity enforce level \"baseline:latest\"\n"
           "Warning: loud: privileged\nnamespace/" +
           ns() + " labeled"},
      {"kubectl run louder --image=demo:1.0 --privileged",
       "Error from server (Forbidden): pods \"louder\" is forbidden: violates PodSecurity "
       "\"baseline:latest\": privileged (container \"louder\" must not set "
       "securityContext.privileged=true)",
       1},
      {"kubectl label namespace " + ns() + " pod-security.kubernetes.io/warn=restricted",
       "namespace/" + ns() + " labeled"},
      {"kubectl create deployment web --image=demo:1.0 --replicas=0", R"(
Warning: would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "demo" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "demo" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "demo" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "demo" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")
deployment.apps/web created
)"},
  });
}

TEST_F(AdmissionPlay, ClaimsInUseStay) {
  write("claim.yaml", R"(
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Gi}}
---
apiVersion: v1
kind: Pod
metadata: {name: user}
spec:
  nodeName: nowhere
  containers: [{name: c, image: "demo:1.0"}]
  volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]
)");
  play({
      {"kubectl apply -f claim.yaml", "persistentvolumeclaim/data created\npod/user created"},
      {"kubectl delete pvc data --wait=false", "persistentvolumeclaim \"data\" deleted…"},
      {"kubectl get pvc data --no-headers", "data   Terminating…"},
      {"kubectl delete pod user --force", "…\npod \"user\" force deleted…"},
      {"kubectl get pvc data",
       "Error from server (NotFound): persistentvolumeclaims \"data\" not found", 1, kEventually},
  });
}

TEST_F(AdmissionPlay, PoliciesAreRulesOfTheClustersOwn) {
  const std::string head = "apiVersion: admissionregistration.k8s.io/v1\nkind: ";
  write("policy.yaml", head + ("ValidatingAdmissionPolicy\nmetadata: {name: " + ns()) + R"(}
spec:
  matchConstraints:
    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: )" +
                           ns() + R"(}}
    resourceRules:
    - {apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}
  variables: [{name: keys, expression: 'has(object.data) ? size(object.data) : 0'}]
  validations:
  - expression: variables.keys < 2
    messageExpression: '''too many keys: '' + string(variables.keys)'
)");
  write("binding.yaml", head + ("ValidatingAdmissionPolicyBinding\nmetadata: {name: " + ns()) +
                            "}\nspec: {policyName: " + ns() + ", validationActions: [Deny]}\n");
  const auto name = [&](const std::string& kind) {
    return "validatingadmission" + kind + ".admissionregistration.k8s.io/" + ns();
  };
  play({
      {"kubectl apply -f policy.yaml -f binding.yaml",
       name("policy") + " created\n" + name("policybinding") + " created"},
      {"kubectl create configmap one --from-literal=a=1", "configmap/one created"},
      {"kubectl create configmap two --from-literal=a=1 --from-literal=b=2",
       "error: failed to create configmap: configmaps \"two\" is forbidden: "
       "ValidatingAdmissionPolicy '" +
           ns() + "' with binding '" + ns() + "' denied request: too many keys: 2",
       1},
      {"kubectl delete -f policy.yaml -f binding.yaml", "…deleted\n…deleted"},
      {"kubectl create configmap two --from-literal=a=1 --from-literal=b=2",
       "configmap/two created", 0, kEventually},
  });
}

TEST_F(AdmissionPlay, PoliciesAskWhatClientsMayDo) {
  const std::string head = "apiVersion: admissionregistration.k8s.io/v1\nkind: ";
  write("policy.yaml", head + ("ValidatingAdmissionPolicy\nmetadata: {name: " + ns()) + R"(}
spec:
  matchConstraints:
    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: )" +
                           ns() + R"(}}
    resourceRules:
    - {apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}
  validations:
  - expression: authorizer.group('').resource('nodes').check('delete').allowed()
    message: not yours
)");
  write("binding.yaml", head + ("ValidatingAdmissionPolicyBinding\nmetadata: {name: " + ns()) +
                            "}\nspec: {policyName: " + ns() + ", validationActions: [Deny]}\n");
  write("hint.yaml", head + ("ValidatingAdmissionPolicy\nmetadata: {name: " + ns()) + R"(-hint}
spec:
  matchConstraints:
    resourceRules:
    - {apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}
  validations:
  - expression: object.dat == 'x'
)");
  const auto name = [&](const std::string& kind) {
    return "validatingadmission" + kind + ".admissionregistration.k8s.io/" + ns();
  };
  play({
      {"kubectl create serviceaccount robot", "serviceaccount/robot created"},
      {"kubectl create rolebinding robot --clusterrole=edit --serviceaccount=" + ns() + ":robot",
       "rolebinding.rbac.authorization.k8s.io/robot created"},
      {"kubectl apply -f policy.yaml -f binding.yaml -f hint.yaml",
       name("policy") + " created\n" + name("policybinding") + " created\n" + name("policy") +
           "-hint created"},
      {"kubectl create configmap one", "configmap/one created"},
      {"kubectl create configmap two --as=system:serviceaccount:" + ns() + ":robot",
       "error: failed to create configmap: configmaps \"two\" is forbidden: "
       "ValidatingAdmissionPolicy '" +
           ns() + "' with binding '" + ns() + "' denied request: not yours",
       1},
      {"kubectl get validatingadmissionpolicy " + ns() +
           "-hint -o jsonpath='{.status.typeChecking.expressionWarnings[0].warning}'",
       R"(
/v1, Kind=ConfigMap: ERROR: <input>:1:7: undefined field 'dat'
 | object.dat == 'x'
 | ......^
)",
       0, kEventually},
      {"kubectl delete -f policy.yaml -f binding.yaml -f hint.yaml",
       "…deleted\n…deleted\n…deleted"},
  });
}

}  // namespace
}  // namespace kubus::e2e
