// The life of a pod.
#include "play.h"

namespace kubus::e2e {
namespace {

using Pods = Play;

TEST_F(Pods, RunToTheirEnd) {
  play({
      {"kubectl run fine --image=demo:1.0 --restart=Never -- sh -c 'exit 0'", "pod/fine created"},
      {"kubectl run bad --image=demo:1.0 --restart=Never -- sh -c 'exit 3'", "pod/bad created"},
      {"kubectl wait --for=jsonpath='{.status.phase}'=Succeeded pod/fine --timeout=40s",
       "pod/fine condition met"},
      {"kubectl wait --for=jsonpath='{.status.phase}'=Failed pod/bad --timeout=40s",
       "pod/bad condition met"},
      {"kubectl get pods", R"(
NAME   READY   STATUS      RESTARTS   AGE
bad    0/1     Error       0          …
fine   0/1     Completed   0          …
)"},
      {"kubectl describe pod bad",
       R"(
Name:             bad
Namespace:        )" +
           ns() + R"(
Priority:         0
Service Account:  default
Node:             …
Start Time:       …
Labels:           run=bad
Annotations:      <none>
Status:           Failed
IP:               10.…
IPs:
  IP:  10.…
Containers:
  bad:
    Container ID:  …
    Image:         demo:1.0
    Image ID:      …
    Port:          <none>
    Host Port:     <none>
    Args:
      sh
      -c
      exit 3
    State:          Terminated
      Reason:       Error
      Exit Code:    3
      Started:      …
      Finished:     …
    Ready:          False
    Restart Count:  0
    Environment:    <none>
    Mounts:
      /var/run/secrets/kubernetes.io/serviceaccount from kube-api-access-… (ro)
Conditions:
  Type                        Status
  PodReadyToStartContainers   False 
  Initialized                 True 
  Ready                       False 
  ContainersReady             False 
  PodScheduled                True 
Volumes:
  kube-api-access-…:
    Type:                    Projected (a volume that contains injected data from multiple sources)
    TokenExpirationSeconds:  3607
    ConfigMapName:           kube-root-ca.crt
    Optional:                false
    DownwardAPI:             true
QoS Class:                    BestEffort
Node-Selectors:               <none>
Tolerations:                  node.kubernetes.io/not-ready:NoExecute op=Exists for 300s
                              node.kubernetes.io/unreachable:NoExecute op=Exists for 300s
Events:
  Type    Reason     Age   From               Message
  ----    ------     ----  ----               -------
  Normal  Scheduled  …    default-scheduler  Successfully assigned )" +
           ns() + R"(/bad to …
  Normal  Pulled     …    kubelet  …Container image "demo:1.0" already present on machine…
  Normal  Created    …    kubelet  …Container created
  Normal  Started    …    kubelet  …Container started
)",
       0, kEventually},
  });
}

TEST_F(Pods, CountTheirGenerations) {
  play({
      {"kubectl run a" + kUntilTold, "pod/a created"},
      {"kubectl wait --for=condition=Ready pod/a --timeout=40s", "pod/a condition met"},
      {"kubectl get pod a -o 'jsonpath={.metadata.generation}'", "1"},
      {R"(kubectl patch pod a -p '{"spec":{"activeDeadlineSeconds":1000}}')", "pod/a patched"},
      {"kubectl get pod a -o 'jsonpath={.metadata.generation} {.status.observedGeneration}'", "2 2",
       0, kEventually},
  });
}

TEST_F(Pods, AreDeletedInEveryWay) {
  play({
      {"for p in a b c d; do kubectl run $p" + kUntilTold + "; done",
       "pod/a created\npod/b created\npod/c created\npod/d created"},
      {"kubectl wait --for=condition=Ready pod --all --timeout=40s",
       "pod/a condition met\npod/b condition met\npod/c condition met\npod/d condition met"},
      {"kubectl delete pod a", "pod \"a\" deleted from " + ns() + " namespace"},
      {"kubectl delete pod b --now", "pod \"b\" deleted from " + ns() + " namespace"},
      {"kubectl delete pod c --force", R"(
Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.
pod "c" force deleted from )" + ns() + " namespace"},
      {"kubectl delete pod -l run=d --wait=false -o name", "pod/d"},
      {"kubectl wait --for=delete pod/d --timeout=40s", "…"},
      {"kubectl get pods", "No resources found in " + ns() + " namespace."},
  });
}

TEST_F(Pods, AreWatchedAndWaitedFor) {
  play({
      {"kubectl run a" + kUntilTold, "pod/a created"},
      {"kubectl wait --for=condition=Ready pod/a --timeout=40s", "pod/a condition met"},
      {"kubectl wait --for=condition=Nothing pod/a --timeout=1s",
       "error: timed out waiting for the condition on pods/a", 1},
      {"(sleep 1; kubectl label pod a x=y >/dev/null) & "
       "timeout 3 kubectl get pods --watch -L x --no-headers; true",
       "a  1/1  Running  0  …\na  1/1  Running  0  …  y"},
      {"kubectl get pods --field-selector=status.phase=Running,spec.nodeName!= -o name", "pod/a"},
      {"kubectl get pods --field-selector=status.phase=Failed -o name", ""},
      {"kubectl get pod a -o 'go-template={{range .spec.containers}}{{.name}}{{end}}'", "a"},
  });
}

TEST_F(Pods, AreSeenOnTheirWay) {
  play({
      {R"(kubectl run z --image=demo:1.0 --overrides='{"spec":{"nodeSelector":{"a":"none"}}}')",
       "pod/z created"},
      {"kubectl wait --for=condition=PodScheduled=false pod/z --timeout=40s",
       "pod/z condition met"},
      {"timeout 60 kubectl get pods --watch --no-headers > seen 2>&1 &", ""},
      {"cat seen", "z  0/1  Pending  0  …", 0, kEventually},
      {"kubectl run a" + kUntilTold, "pod/a created"},
      {"cat seen", R"(
z  0/1  Pending  0  …
a  0/1  Pending  0  …
a  0/1  Pending  0  …
a  0/1  ContainerCreating  0  …
a  1/1  Running  0  …
)",
       0, kEventually},
  });
}

TEST_F(Pods, AreRunWithAService) {
  play({
      {"kubectl run web --image=demo:1.0 --port=8080 --expose",
       "service/web created\npod/web created"},
      {"kubectl get service web --no-headers", "web  ClusterIP  10.…  <none>  8080/TCP  …"},
      {"kubectl get pod web -o wide", R"(
NAME   READY   STATUS    RESTARTS   AGE   IP           NODE   NOMINATED NODE   READINESS GATES
web    1/1     Running   0          …    10.…  …  <none>           <none>
)",
       0, kEventually},
  });
}

TEST_F(Pods, SayThatTheirImageIsNotThere) {
  play({
      {"kubectl run a --image=demo:none", "pod/a created"},
      {"kubectl get pod a --no-headers", "a  0/1  ImagePullBackOff  0  …", 0, kEventually},
      {"kubectl get pod a -o 'jsonpath={.status.containerStatuses[0].state.waiting.message}'",
       "Back-off pulling image \"demo:none\": ErrImagePull: …", 0, kEventually},
      {"kubectl events --for pod/a --types=Warning --no-headers", R"(
…  Warning  Failed  Pod/a  Failed to pull image "demo:none": …
…
…  Warning  Failed  Pod/a  Error: ImagePullBackOff
)",
       0, kEventually},
      {"kubectl set image pod/a a=demo:1.0", "pod/a image updated"},
      {"kubectl get pod a --no-headers", "a  1/1  Running  0  …", 0, kEventually},
  });
}

}  // namespace
}  // namespace kubus::e2e
