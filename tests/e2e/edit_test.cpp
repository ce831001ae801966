// Ways of changing an object.
#include "play.h"

namespace kubus::e2e {
namespace {

using Edit = Play;

constexpr const char* kMap = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {k: v}}";

TEST_F(Edit, AppliesAndShowsTheDifference) {
  write("a.yaml", kMap);
  play({
      {"kubectl apply -f a.yaml --dry-run=server", "configmap/a created (server dry run)"},
      {"kubectl get configmap a", "Error from server (NotFound): configmaps \"a\" not found", 1},
      {"kubectl apply -f a.yaml", "configmap/a created"},
      {"kubectl apply -f a.yaml", "configmap/a unchanged"},
      {"kubectl diff -f a.yaml", ""},
      {"sed -i 's/k: v/k: w/' a.yaml && kubectl diff -f a.yaml", R"(
diff -u -N …
--- …
+++ …
@@ -1,6 +1,6 @@
 apiVersion: v1
 data:
-  k: v
+  k: w
 kind: ConfigMap
 metadata:
   annotations:
)",
       1},
      {"kubectl apply -f a.yaml", "configmap/a configured"},
      {"kubectl apply view-last-applied configmap a -o json", R"(
{
  "apiVersion": "v1",
  "data": {
    "k": "w"
  },
…
)"},
      {"sed -i 's/, data: .*/, data: {}}/' a.yaml && kubectl apply -f a.yaml",
       "configmap/a configured"},
      {"kubectl get configmap a -o 'jsonpath={.data}'", ""},
      {"kubectl delete -f a.yaml", "configmap \"a\" deleted from " + ns() + " namespace"},
  });
}

TEST_F(Edit, ReplacesAndEdits) {
  write("a.yaml", kMap);
  write("editor", "#!/bin/sh\nsed -i 's/k: v/k: edited/' \"$1\"\n", true);
  play({
      {"kubectl create -f a.yaml", "configmap/a created"},
      {"kubectl create -f a.yaml",
       "Error from server (AlreadyExists): error when creating \"a.yaml\": configmaps \"a\" "
       "already "
       "exists",
       1},
      {"EDITOR=./editor kubectl edit configmap a", "configmap/a edited"},
      {"EDITOR=true kubectl edit configmap a", "Edit cancelled, no changes made."},
      {"kubectl get configmap a -o 'jsonpath={.data.k}'", "edited"},
      {"kubectl replace -f a.yaml", "configmap/a replaced"},
      {"kubectl get configmap a -o 'jsonpath={.data.k}'", "v"},
      {"kubectl replace --force -f a.yaml",
       "configmap \"a\" deleted from " + ns() + " namespace\nconfigmap/a replaced"},
  });
}

TEST_F(Edit, LabelsAndAnnotates) {
  play({
      {"kubectl create configmap a", "configmap/a created"},
      {"kubectl label configmap a x=y keep=", "configmap/a labeled"},
      {"kubectl label configmap a x=z",
       "error: 'x' already has a value (y), and --overwrite is false", 1},
      {"kubectl label configmap a x=z --overwrite", "configmap/a labeled"},
      {"kubectl get configmap a --show-labels --no-headers", "a  0  …  keep=,x=z"},
      {"kubectl get configmap -l x=z -L x", "NAME  DATA  AGE  X\na  0  …  z"},
      {"kubectl get configmap -l 'x notin (z),!kubernetes.io/nope' -o name",
       "configmap/kube-root-ca.crt"},
      {"kubectl label configmap a x-", "configmap/a unlabeled"},
      {"kubectl label configmap a x-", "label \"x\" not found.\nconfigmap/a not labeled"},
      {"kubectl label configmap a '-bad=x'", "…", 1},
      {"kubectl annotate configmap a note='two words'", "configmap/a annotated"},
      {"kubectl get configmap a -o 'jsonpath={.metadata.annotations}'", R"({"note":"two words"})"},
      {"kubectl annotate configmap a note-", "configmap/a annotated"},
  });
}

TEST_F(Edit, PatchesInThreeWays) {
  play({
      {"kubectl create deployment web --image=demo:1.0 --replicas=0",
       "deployment.apps/web created"},
      {R"(kubectl patch deployment web -p '{"spec":{"template":{"spec":{"containers":[{"name":"demo","env":[{"name":"A","value":"b"}]}]}}}}')",
       "deployment.apps/web patched"},
      {"kubectl get deployment web -o 'jsonpath={.spec.template.spec.containers[0].image}'",
       "demo:1.0"},
      {R"(kubectl patch deployment web --type=merge -p '{"metadata":{"labels":{"x":"y"}}}')",
       "deployment.apps/web patched"},
      {R"(kubectl patch deployment web --type=merge -p '{"metadata":{"labels":{"x":"y"}}}')",
       "deployment.apps/web patched (no change)"},
      {R"(kubectl patch deployment web --type=json -p '[{"op":"remove","path":"/metadata/labels/x"}]')",
       "deployment.apps/web patched"},
      {"kubectl get deployment web -o 'jsonpath={.metadata.labels}'", R"({"app":"web"})"},
      {R"(kubectl patch deployment web -p '{"spec":{"nothing":1}}')",
       "Warning: unknown field \"spec.nothing\"\ndeployment.apps/web patched (no change)"},
      {R"(kubectl patch deployment web --subresource=scale --type=merge -p '{"spec":{"replicas":1}}')",
       "scale.autoscaling/web patched"},
      {"kubectl get deployment web -o custom-columns=N:.metadata.name,R:.spec.replicas",
       "N    R\nweb  1"},
  });
}

}  // namespace
}  // namespace kubus::e2e
