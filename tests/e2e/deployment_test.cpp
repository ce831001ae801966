// The life of a Deployment.
#include "play.h"

namespace kubus::e2e {
namespace {

class Deployments : public Play {
 protected:
  void SetUp() override {
    Play::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    // Ends at once when it is told to.
    write("web.yaml", R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: demo
          image: demo:1.0
          command: [sh, -c, "trap exit TERM; sleep 600 & wait"]
)");
    play({{"kubectl apply -f web.yaml", "deployment.apps/web created"}, kRolledOut});
  }

  const Step kRolledOut{"kubectl rollout status deployment/web --timeout=60s",
                        "…\ndeployment \"web\" successfully rolled out"};
};

TEST_F(Deployments, IsDescribed) {
  play({
      {"kubectl get deployments,replicasets -o wide", R"(
NAME                  READY   UP-TO-DATE   AVAILABLE   AGE   CONTAINERS   IMAGES     SELECTOR
deployment.apps/web   2/2     2            2           …    demo         demo:1.0   app=web

NAME                             DESIRED   CURRENT   READY   AGE   CONTAINERS   IMAGES     SELECTOR
replicaset.apps/web-…  2         2         2       …    demo         demo:1.0   app=web,pod-template-hash=…
)"},
      {"kubectl describe deployment web", R"(
Name:                   web
Namespace:              )" + ns() + R"(
CreationTimestamp:      …
Labels:                 <none>
Annotations:            deployment.kubernetes.io/revision: 1
Selector:               app=web
Replicas:               2 desired | 2 updated | 2 total | 2 available | 0 unavailable
StrategyType:           RollingUpdate
MinReadySeconds:        0
RollingUpdateStrategy:  25% max unavailable, 25% max surge
Pod Template:
  Labels:  app=web
…
Conditions:
  Type           Status  Reason
  ----           ------  ------
  Available      True    MinimumReplicasAvailable
  Progressing    True    NewReplicaSetAvailable
OldReplicaSets:  <none>
NewReplicaSet:   web-… (2/2 replicas created)
Events:
  Type    Reason             Age   From                   Message
  ----    ------             ----  ----                   -------
  Normal  ScalingReplicaSet  …  deployment-controller  Scaled up replica set web-… from 0 to 2
)"},
      {"kubectl get deployment web -o 'jsonpath={.status.conditions[*].message}'",
       "Deployment has minimum availability. ReplicaSet \"web-…\" has successfully progressed."},
      {"kubectl events --for deployment/web --no-headers",
       "…  Normal  ScalingReplicaSet  Deployment/web  Scaled up replica set web-… from 0 to 2"},
  });
}

TEST_F(Deployments, IsScaled) {
  play({
      {"kubectl scale deployment web --replicas=3", "deployment.apps/web scaled"},
      kRolledOut,
      {"kubectl get deployment web --no-headers", "web  3/3  3  3  …"},
      {"kubectl scale deployment web --replicas=1 --current-replicas=2",
       "error: Expected replicas to be 2, was 3", 1},
      {"kubectl scale deployment nope --replicas=1",
       "Error from server (NotFound): deployments.apps \"nope\" not found", 1},
      {"kubectl scale deployment web --replicas=0", "deployment.apps/web scaled"},
      {"kubectl get pods", "No resources found in " + ns() + " namespace.", 0, kEventually},
  });
}

TEST_F(Deployments, IsRolledOutAndBack) {
  play({
      {"kubectl set env deployment/web A=1", "deployment.apps/web env updated"},
      kRolledOut,
      {"kubectl annotate deployment/web kubernetes.io/change-cause='a variable'",
       "deployment.apps/web annotated"},
      {"kubectl rollout history deployment/web",
       "deployment.apps/web\nREVISION  CHANGE-CAUSE\n1  <none>\n2  a variable\n", 0, kEventually},
      {"kubectl rollout history deployment/web --revision=2", R"(
deployment.apps/web with revision #2
Pod Template:
  Labels: app=web
 pod-template-hash=…
…
    Environment:
      A: 1
…
)"},
      {"kubectl rollout undo deployment/web --to-revision=9",
       "error: unable to find specified revision 9 in history", 1},
      {"kubectl rollout undo deployment/web", "deployment.apps/web rolled back"},
      kRolledOut,
      {"kubectl rollout history deployment/web",
       "deployment.apps/web\nREVISION  CHANGE-CAUSE\n2  a variable\n3  <none>\n", 0, kEventually},
      {"kubectl get deployment web -o 'jsonpath={.spec.template.spec.containers[0].env}'", ""},
      {"kubectl rollout undo deployment/web --to-revision=3",
       "deployment.apps/web skipped rollback (current template already matches revision 3)"},
      {"kubectl rollout restart deployment/web", "deployment.apps/web restarted"},
      kRolledOut,
      {"kubectl get replicasets -o 'jsonpath={.items[*].spec.replicas}' --sort-by=.spec.replicas",
       "0 0 2"},
  });
}

TEST_F(Deployments, IsPausedAndResumed) {
  play({
      {"kubectl rollout pause deployment/web", "deployment.apps/web paused"},
      {"kubectl rollout pause deployment/web", "error: deployments.apps \"web\" is already paused",
       1},
      {"kubectl set env deployment/web A=1", "deployment.apps/web env updated"},
      {"kubectl get deployment web -o 'jsonpath={.status.observedGeneration} "
       "{.status.conditions[?(@.type==\"Progressing\")].reason}'",
       "3 DeploymentPaused", 0, kEventually},
      {"kubectl get replicasets --no-headers", "web-…  2  2  2  …"},
      {"kubectl rollout resume deployment/web", "deployment.apps/web resumed"},
      {"kubectl rollout resume deployment/web", "error: deployments.apps \"web\" is not paused", 1},
      kRolledOut,
      {"kubectl get pods -o 'jsonpath={.items[0].spec.containers[0].env}'",
       R"([{"name":"A","value":"1"}])", 0, kEventually},
  });
}

TEST_F(Deployments, IsScaledInProportionWhileItRollsOut) {
  play({
      {"kubectl scale deployment web --replicas=4", "deployment.apps/web scaled"},
      kRolledOut,
      // Stuck: 1 old pod may go, 1 new one may come too many.
      {"kubectl set image deployment/web demo=demo:none", "deployment.apps/web image updated"},
      {"kubectl get replicasets -o 'jsonpath={.items[*].spec.replicas}' --sort-by=.spec.replicas",
       "2 3", 0, kEventually},
      {"kubectl scale deployment web --replicas=8", "deployment.apps/web scaled"},
      {"kubectl get replicasets -o 'jsonpath={.items[*].spec.replicas}' --sort-by=.spec.replicas",
       "4 6", 0, kEventually},
      {"kubectl rollout undo deployment/web", "deployment.apps/web rolled back"},
      kRolledOut,
      {"kubectl get deployment web --no-headers", "web  8/8  8  8  …"},
  });
}

// On a busy machine what the deadline did not wait for may still come, and counts as progress.
TEST_F(Deployments, SaysThatItMakesNoProgress) {
  play({
      {R"(kubectl patch deployment web -p '{"spec":{"progressDeadlineSeconds":1}}')",
       "deployment.apps/web patched"},
      {"kubectl set image deployment/web demo=demo:none", "deployment.apps/web image updated"},
      {"kubectl rollout status deployment/web --timeout=60s",
       "…\nerror: deployment \"web\" exceeded its progress deadline", 1, kEventually},
      {"kubectl get deployment web -o 'jsonpath={.status.conditions[?(@.type==\"Progressing\")]}'",
       R"({"lastTransitionTime":"…","lastUpdateTime":"…","message":"ReplicaSet \"web-…\" has timed out progressing.","reason":"ProgressDeadlineExceeded","status":"False","type":"Progressing"})",
       0, kEventually},
  });
}

TEST_F(Deployments, KeepsAsManyRevisionsAsItIsTold) {
  play({
      {R"(kubectl patch deployment web -p '{"spec":{"revisionHistoryLimit":1}}')",
       "deployment.apps/web patched"},
      {"kubectl set env deployment/web A=1", "deployment.apps/web env updated"},
      kRolledOut,
      {"kubectl set env deployment/web A=2", "deployment.apps/web env updated"},
      kRolledOut,
      {"kubectl rollout history deployment/web",
       "deployment.apps/web\nREVISION  CHANGE-CAUSE\n2  <none>\n3  <none>\n", 0, kEventually},
  });
}

}  // namespace
}  // namespace kubus::e2e
