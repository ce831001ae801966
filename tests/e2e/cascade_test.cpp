// What becomes of dependents when their owner is deleted, and of a namespace's contents.
#include "play.h"

namespace kubus::e2e {
namespace {

class Cascade : public Play {
 protected:
  void SetUp() override {
    Play::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    play({
        {kCreate, "deployment.apps/web created"},
        {"kubectl rollout status deployment/web --timeout=60s",
         "…\ndeployment \"web\" successfully rolled out"},
    });
  }

  const std::string kCreate = "kubectl create deployment web --replicas=2" + kUntilTold;
};

TEST_F(Cascade, OrphansAreAdopted) {
  const auto pods = output_of("kubectl get pods -o name");
  const auto set = output_of("kubectl get replicasets -o name");
  play({
      {"kubectl delete deployment web --cascade=orphan",
       "deployment.apps \"web\" deleted from " + ns() + " namespace"},
      {"kubectl get replicasets -o 'jsonpath={.items[*].metadata.ownerReferences}'", ""},
      {kCreate, "deployment.apps/web created"},
      {"kubectl get replicasets -o 'jsonpath={.items[*].metadata.ownerReferences[*].name}'", "web",
       0, kEventually},
      {"kubectl rollout status deployment/web --timeout=60s",
       "…\ndeployment \"web\" successfully rolled out"},
      {"kubectl get replicasets -o name", set},
      {"kubectl get pods -o name", pods},
  });
}

TEST_F(Cascade, PodsThatMatchAreAdoptedAndReleased) {
  const auto first = output_of("kubectl get pods -o name | head -1");
  play({
      {"kubectl label " + first + " pod-template-hash-", first + " unlabeled"},
      {"kubectl get pods -l pod-template-hash -o name", "pod/web-…\npod/web-…", 0, kEventually},
      {"kubectl get " + first + " -o 'jsonpath={.metadata.ownerReferences}'", "", 0, kEventually},
  });
}

TEST_F(Cascade, ForegroundWaitsForDependents) {
  play({
      {"kubectl delete deployment web --cascade=foreground --timeout=60s",
       "deployment.apps \"web\" deleted from " + ns() + " namespace"},
      {"kubectl get replicasets,pods", "No resources found in " + ns() + " namespace."},
  });
}

TEST_F(Cascade, BackgroundFollows) {
  play({
      {"kubectl delete deployment web",
       "deployment.apps \"web\" deleted from " + ns() + " namespace"},
      {"kubectl get replicasets,pods", "No resources found in " + ns() + " namespace.", 0,
       kEventually},
  });
}

TEST_F(Cascade, ANamespaceTakesItsContentsAlong) {
  play({
      {"kubectl create configmap held", "configmap/held created"},
      {R"(kubectl patch configmap held -p '{"metadata":{"finalizers":["example.com/hold"]}}')",
       "configmap/held patched"},
      {"kubectl autoscale deployment web --min=2 --max=2",
       "horizontalpodautoscaler.autoscaling/web autoscaled"},
      {"kubectl delete namespace " + ns() + " --wait=false", "namespace \"" + ns() + "\" deleted"},
      {"kubectl get namespace " + ns(), "NAME  STATUS  AGE\n" + ns() + "  Terminating  …"},
      {"kubectl create configmap late",
       "error: failed to create configmap: configmaps \"late\" is forbidden: unable to create new "
       "content in namespace " +
           ns() + " because it is being terminated",
       1},
      {"kubectl get pods,hpa -o name", "", 0, kEventually},
      {"kubectl get namespace " + ns() +
           " -o "
           "'jsonpath={.status.conditions[?(@.type==\"NamespaceFinalizersRemaining\")].message}'",
       "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource "
       "instances",
       0, kEventually},
      {R"(kubectl patch configmap held -p '{"metadata":{"finalizers":null}}')",
       "configmap/held patched"},
      {"kubectl wait --for=delete namespace/" + ns() + " --timeout=60s", "…"},
      {"kubectl get namespace " + ns(),
       "Error from server (NotFound): namespaces \"" + ns() + "\" not found", 1},
  });
}

}  // namespace
}  // namespace kubus::e2e
