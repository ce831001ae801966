// What the smaller controllers keep in order.
#include "play.h"

namespace kubus::e2e {
namespace {

using Controllers = Play;

TEST_F(Controllers, ReplicationControllersKeepTheirNumber) {
  write("rc.yaml", R"(
apiVersion: v1
kind: ReplicationController
metadata: {name: rc}
spec:
  replicas: 2
  selector: {app: rc}
  template:
    metadata: {labels: {app: rc}}
    spec:
      containers: [{name: c, image: "demo:1.0", command: [sh, -c, "trap exit TERM; sleep 600 & wait"]}]
)");
  play({
      {"kubectl create -f rc.yaml", "replicationcontroller/rc created"},
      {"kubectl scale rc rc --replicas=3", "replicationcontroller/rc scaled"},
      {"kubectl get rc -o wide",
       "NAME  DESIRED  CURRENT  READY  AGE  CONTAINERS  IMAGES  SELECTOR\n"
       "rc  3  3  3  …  c  demo:1.0  app=rc",
       0, kEventually},
      {"kubectl describe rc rc | tail -n +14", R"(
…
Events:
  Type    Reason            Age   From                    Message
  ----    ------            ----  ----                    -------
  Normal  SuccessfulCreate  …  replication-controller  Created pod: rc-…
  Normal  SuccessfulCreate  …  replication-controller  Created pod: rc-…
  Normal  SuccessfulCreate  …  replication-controller  Created pod: rc-…
)",
       0, kEventually},
      {"kubectl delete rc rc --cascade=orphan",
       "replicationcontroller \"rc\" deleted from " + ns() + " namespace"},
      {"kubectl get pods -o 'jsonpath={.items[*].metadata.ownerReferences}'", ""},
      {"kubectl create -f rc.yaml", "replicationcontroller/rc created"},
      {"kubectl get pods -o 'jsonpath={.items[*].metadata.ownerReferences[*].name}'", "rc rc", 0,
       kEventually},
  });
}

TEST_F(Controllers, ReplicaSetsAdoptAndRefuseWhatIsNotTheirs) {
  write("set.yaml", R"(
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: set}
spec:
  replicas: 1
  selector: {matchLabels: {app: set}}
  template:
    metadata: {labels: {app: set}}
    spec: {containers: [{name: c, image: "demo:1.0"}]}
)");
  play({
      {"kubectl run lone --labels=app=set" + kUntilTold, "pod/lone created"},
      {"kubectl apply -f set.yaml", "replicaset.apps/set created"},
      {"kubectl get pod lone -o 'jsonpath={.metadata.ownerReferences[0].kind} "
       "{.metadata.ownerReferences[0].name} {.metadata.ownerReferences[0].controller}'",
       "ReplicaSet set true", 0, kEventually},
      {"kubectl get replicasets --no-headers", "set  1  1  1  …", 0, kEventually},
      {"kubectl get pods -o name", "pod/lone"},
  });
}

TEST_F(Controllers, DisruptionBudgetsAreKeptAndHonoured) {
  write("evict",
        R"(#!/bin/sh
pod=$(kubectl get pods -l app=web -o 'jsonpath={.items[0].metadata.name}')
echo "{\"apiVersion\":\"policy/v1\",\"kind\":\"Eviction\",\"metadata\":{\"name\":\"$pod\"}}" |
  kubectl create --raw /api/v1/namespaces/)" +
            ns() +
            R"(/pods/$pod/eviction -f -
)",
        true);
  const std::string status =
      "kubectl get pdb web -o 'jsonpath={.status.expectedPods} {.status.currentHealthy} "
      "{.status.desiredHealthy} {.status.disruptionsAllowed} {.status.conditions[0].type} "
      "{.status.conditions[0].status} {.status.conditions[0].reason}'";
  play({
      {"kubectl create pdb web --selector=app=web --max-unavailable=50%",
       "poddisruptionbudget.policy/web created"},
      {status, "0 0 0 0 DisruptionAllowed False InsufficientPods", 0, kEventually},
      {"kubectl create deployment web --replicas=3" + kUntilTold, "deployment.apps/web created"},
      {status, "3 3 1 2 DisruptionAllowed True SufficientPods", 0, kEventually},
      {"kubectl get pdb --no-headers", "web  N/A  50%  2  …"},
      {"kubectl scale deployment web --replicas=1", "deployment.apps/web scaled"},
      {status, "1 1 0 1 DisruptionAllowed True SufficientPods", 0, kEventually},
      {R"(kubectl patch pdb web -p '{"spec":{"maxUnavailable":0}}')",
       "poddisruptionbudget.policy/web patched"},
      {status, "1 1 1 0 DisruptionAllowed False InsufficientPods", 0, kEventually},
      {"./evict",
       "Error from server (TooManyRequests): Cannot evict pod as it would violate the pod's "
       "disruption budget.",
       1},
      {R"(kubectl patch pdb web -p '{"spec":{"maxUnavailable":1}}')",
       "poddisruptionbudget.policy/web patched"},
      {status, "1 1 0 1 DisruptionAllowed True SufficientPods", 0, kEventually},
      {"./evict",
       R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","code":201})"},
      {"kubectl delete deployment web",
       "deployment.apps \"web\" deleted from " + ns() + " namespace"},
      {"kubectl run lone --labels=app=web" + kUntilTold, "pod/lone created"},
      {"kubectl events --for pdb/web --types=Warning --no-headers | grep UnmanagedPods",
       "…  Warning  UnmanagedPods  PodDisruptionBudget/web  Pods selected by this "
       "PodDisruptionBudget (selector: &LabelSelector{MatchLabels:map[string]string{app: "
       "web,},MatchExpressions:[]LabelSelectorRequirement{},}) were found to be unmanaged. …",
       0, kEventually},
  });
}

TEST_F(Controllers, NamespacesHaveAnAccountAndTheRootCertificate) {
  play({
      {"kubectl delete serviceaccount default",
       "serviceaccount \"default\" deleted from " + ns() + " namespace"},
      {"kubectl get serviceaccounts -o name", "serviceaccount/default", 0, kEventually},
      {R"(kubectl patch configmap kube-root-ca.crt -p '{"data":{"ca.crt":"none"}}')",
       "configmap/kube-root-ca.crt patched"},
      {"kubectl get configmap kube-root-ca.crt -o 'jsonpath={.data.ca\\.crt}'",
       "-----BEGIN CERTIFICATE-----\n…", 0, kEventually},
      {"kubectl delete configmap kube-root-ca.crt",
       "configmap \"kube-root-ca.crt\" deleted from " + ns() + " namespace"},
      {"kubectl get configmaps -o name", "configmap/kube-root-ca.crt", 0, kEventually},
  });
}

}  // namespace
}  // namespace kubus::e2e
