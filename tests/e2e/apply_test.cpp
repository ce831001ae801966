// Server-side apply, as users of kubectl meet it.
#include "play.h"

namespace kubus::e2e {
namespace {

using Apply = Play;

constexpr const char* kWeb = R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 0
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: demo, image: "demo:1.0", ports: [{containerPort: 80}]}
)";

// What one manager has, as one line: its fields, quotes and spaces left out.
std::string fields_of(const std::string& object, const std::string& manager) {
  return "kubectl get " + object +
         " --show-managed-fields -o json | sed -n '/\"fieldsV1\"/,$p' | tr -d ' \\n' | "
         "sed 's/\"fieldsType\"/\\n&/g' | grep '\"manager\":\"" +
         manager +
         "\"' | "
         "sed 's/.*\"fieldsV1\":\\(.*\\),\"manager\".*/\\1/' | tr -d '\"'";
}

const std::string kOwners =
    R"( --show-managed-fields -o 'jsonpath={range .metadata.managedFields[*]}{.manager}/{.operation}/{.subresource} {end}')";

const std::string kAdvice = R"(
Please review the fields above--they currently have other managers. Here
…
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts)";

TEST_F(Apply, MakesAnObjectAndOwnsItsFields) {
  write("web.yaml", kWeb);
  play({
      {"kubectl apply --server-side --dry-run=server -f web.yaml",
       "deployment.apps/web serverside-applied (server dry run)"},
      {"kubectl diff --server-side -f web.yaml | grep -c '^+'", "…"},
      {"kubectl apply --server-side -f web.yaml", "deployment.apps/web serverside-applied"},
      {"kubectl apply --server-side -f web.yaml", "deployment.apps/web serverside-applied"},
      {"kubectl diff --server-side -f web.yaml", ""},
      {fields_of("deployment web", "kubectl"),
       R"({f:metadata:{f:labels:{f:app:{}}},f:spec:{f:replicas:{},f:selector:{},f:template:{f:metadata:{f:labels:{f:app:{}}},f:spec:{f:containers:{k:{\name\:\demo\}:{.:{},f:image:{},f:name:{},f:ports:{k:{\containerPort\:80,\protocol\:\TCP\}:{.:{},f:containerPort:{}}}}}}}}})"},
      // Shown only when they are asked for.
      {"kubectl get deployment web -o yaml | grep -c managedFields", "0", 1},
  });
}

TEST_F(Apply, RemovesFieldsThatAreNoLongerApplied) {
  write("a.yaml",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {keep: '1', drop: '2'}}");
  write("b.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {keep: '1'}}");
  play({
      {"kubectl apply --server-side -f a.yaml", "configmap/a serverside-applied"},
      {"kubectl patch configmap a --type merge -p '{\"data\":{\"other\":\"3\"}}'",
       "configmap/a patched"},
      {"kubectl diff --server-side -f b.yaml", R"(
diff -u -N …
--- …
+++ …
@@ -1,6 +1,5 @@
 apiVersion: v1
 data:
-  drop: "2"
   keep: "1"
   other: "3"
 kind: ConfigMap)",
       1},
      {"kubectl apply --server-side -f b.yaml", "configmap/a serverside-applied"},
      {"kubectl get configmap a -o 'jsonpath={.data}'", R"({"keep":"1","other":"3"})"},
  });
}

TEST_F(Apply, RefusesConflictsUntilForced) {
  write("web.yaml", kWeb);
  play({
      {"kubectl apply --server-side -f web.yaml", "deployment.apps/web serverside-applied"},
      {"kubectl set image deployment web demo=demo:2.0", "deployment.apps/web image updated"},
      {"kubectl apply --server-side -f web.yaml",
       "error: Apply failed with 1 conflict: conflict with \"kubectl-set\" using apps/v1: "
       ".spec.template.spec.containers[name=\"demo\"].image" +
           kAdvice,
       1},
      {"kubectl scale deployment web --replicas=1", "deployment.apps/web scaled"},
      {"kubectl apply --server-side -f web.yaml",
       "error: Apply failed with 2 conflicts: conflicts with \"kubectl\" with subresource "
       "\"scale\" "
       "using apps/v1:\n- .spec.replicas\nconflicts with \"kubectl-set\" using apps/v1:\n- "
       ".spec.template.spec.containers[name=\"demo\"].image" +
           kAdvice,
       1},
      {"kubectl apply --server-side --force-conflicts -f web.yaml",
       "deployment.apps/web serverside-applied"},
      {"kubectl get deployment web -o "
       "'jsonpath={.spec.replicas} {.spec.template.spec.containers[0].image}'",
       "0 demo:1.0"},
  });
}

TEST_F(Apply, SharesAListBetweenTwoManagers) {
  write("web.yaml", kWeb);
  write("side.yaml", R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {containers: [{name: demo, env: [{name: A, value: b}]}, {name: side, image: "demo:1.0"}]}}}
)");
  write("no-side.yaml", "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}");
  const std::string containers =
      "kubectl get deployment web -o 'jsonpath={range .spec.template.spec.containers[*]}"
      "{.name}:{.image}:{.env[*].name} {end}'";
  play({
      {"kubectl apply --server-side -f web.yaml", "deployment.apps/web serverside-applied"},
      {"kubectl apply --server-side --field-manager=sidecar -f side.yaml",
       "deployment.apps/web serverside-applied"},
      {containers, "demo:demo:1.0:A side:demo:1.0: "},
      {"kubectl apply --server-side -f web.yaml", "deployment.apps/web serverside-applied"},
      {containers, "demo:demo:1.0:A side:demo:1.0: "},
      {"kubectl apply --server-side --field-manager=sidecar -f no-side.yaml",
       "deployment.apps/web serverside-applied"},
      {containers, "demo:demo:1.0: "},
  });
}

TEST_F(Apply, SucceedsClientSideApply) {
  write("web.yaml", kWeb);
  play({
      {"kubectl apply -f web.yaml", "deployment.apps/web created"},
      {"kubectl apply --server-side -f web.yaml", "deployment.apps/web serverside-applied"},
      {"sed -i 's/demo:1.0/demo:2.0/' web.yaml; kubectl apply --server-side -f web.yaml",
       "deployment.apps/web serverside-applied"},
      {"kubectl get deployment web" + kOwners + " | tr ' ' '\\n' | grep ^kubectl",
       "kubectl-last-applied/Apply/\nkubectl/Apply/"},
      // Both ways of applying agree on what was applied last.
      {"kubectl apply view-last-applied deployment web | grep image", "… image: demo:2.0"},
      {"kubectl apply -f web.yaml", "deployment.apps/web …"},
  });
}

TEST_F(Apply, AppliesToSubresources) {
  write("web.yaml", kWeb);
  write("status.yaml", R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
status: {conditions: [{type: example.com/checked, status: "True"}]}
)");
  play({
      {"kubectl apply --server-side -f web.yaml", "deployment.apps/web serverside-applied"},
      {"kubectl apply --server-side --subresource=status --field-manager=checker -f status.yaml",
       "deployment.apps/web serverside-applied"},
      {fields_of("deployment web", "checker"),
       R"({f:status:{f:conditions:{k:{\type\:\example.com/checked\}:{.:{},f:status:{},f:type:{}}}}})"},
  });
}

TEST_F(Apply, SaysWhatIsWrong) {
  write("unknown.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, datum: {}}");
  play({
      {"kubectl apply --server-side --validate=false -f unknown.yaml",
       "Error from server: failed to create typed patch object (" + ns() +
           "/a; /v1, Kind=ConfigMap): .datum: field not declared in schema",
       1},
      {"kubectl apply --server-side --field-manager=\"$(printf 'a\\tb')\" -f unknown.yaml",
       "The PatchOptions \"\" is invalid: fieldManager: Invalid value: \"a\\tb\": invalid "
       "character U+0009 (at position 1)",
       1},
  });
}

}  // namespace
}  // namespace kubus::e2e
